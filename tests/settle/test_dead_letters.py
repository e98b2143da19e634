"""pipeline.settle.dead_letters, on both databases."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from pipeline.operate.letter_groups import groups_of_letters
from pipeline.operate.status.open_letters import open_letters
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.settle.letter_sums import count_by_code
from pipeline.text.times import rfc3339
from tests.settle.letters import ids


def test_a_letter_is_kept_and_counted_once(engine, redis, keep):
    keep("a", "b")
    keep("b", "c")

    assert ids(engine) == ["a", "b", "c"]
    assert stats.read_statistics(redis, engine) == {stats.Where("acme", "lapsed"): {"rejected:Timeout": 3}}


def test_letters_are_found_by_what_they_are(engine, keep):
    keep("a")
    keep("b", code="NO_RECIPIENT_FOUND")
    keep("c", destination=None)
    keep("d", at=datetime.now(UTC) - timedelta(days=3))

    assert ids(engine, code="Timeout") == ["a", "c", "d"]
    assert ids(engine, codes=["Timeout", "NO_RECIPIENT_FOUND"]) == ["a", "b", "c", "d"]
    assert ids(engine, destination="lapsed") == ["a", "b", "d"]
    assert ids(engine, older_than=timedelta(days=1)) == ["d"]
    assert ids(engine, newer_than=timedelta(days=1), connector="acme") == ["a", "b"]
    assert ids(engine, ids=["a", "zz"]) == ["a"]


@pytest.mark.parametrize(
    "read",
    [
        open_letters,
        lambda engine: dead_letters.count(engine, Filter()),
        lambda engine: dead_letters.count(engine, Filter(code="Timeout", older_than=timedelta(days=1))),
        lambda engine: count_by_code(engine, Filter()),
        lambda engine: count_by_code(engine, Filter(codes=["Timeout", "Invalid"])),
        lambda engine: dead_letters.find_letters(engine, Filter(), 50),
        lambda engine: dead_letters.find_letters(engine, Filter(destination="lapsed"), 50),
    ],
)
def test_a_million_letters_are_counted_and_listed_from_an_index(sqlite, read):
    """A console asks for these numbers every five seconds."""
    with explained(sqlite) as plans:
        read(sqlite)

    assert all("COVERING INDEX" in plan or "ix_dead_letters_state_age" in plan for plan in plans)
    assert not any("TEMP B-TREE FOR GROUP BY" in plan or "FOR ORDER BY" in plan for plan in plans)


def test_open_letters_are_not_counted_anew(sqlite):
    with explained(sqlite) as plans:
        open_letters(sqlite)
        dead_letters.count(sqlite, Filter(connector="acme", code="Timeout"))
        count_by_code(sqlite, Filter(codes=["Timeout", "Invalid"]))

    assert plans == []


def test_groups_of_a_million_letters_have_their_times_from_an_index(sqlite):
    with explained(sqlite) as plans:
        groups_of_letters(sqlite, Filter())

    [placed, *_] = plans
    looks = [line for plan in plans for line in plan.splitlines() if "dead_letters" in line]
    assert all(" USING COVERING INDEX ix_dead_letters_state_place (state=?" in look for look in looks)
    assert not any("TEMP B-TREE" in plan for plan in plans)
    assert placed.count("(state=? AND connector=? AND destination=? AND code=?)") == len(("oldest", "newest"))


def test_groups_have_their_times_with_and_without_a_place(engine, keep):
    now = datetime.now(UTC).replace(microsecond=0)
    times = [now - timedelta(hours=hours) for hours in range(4)]
    for name, at in zip("abcd", times, strict=True):
        keep(name, at=at, destination="lapsed" if name in "ad" else None)

    lost, placed = groups_of_letters(engine, Filter())["groups"]

    assert [(one["destination"], one["count"]) for one in (lost, placed)] == [(None, 2), ("lapsed", 2)]
    assert [placed["newest"], lost["newest"], lost["oldest"], placed["oldest"]] == [*map(rfc3339, times)]


@contextmanager
def explained(engine):
    """Collect what SQLite plans for each statement that reads dead letters."""
    plans = []

    def explain(connection, cursor, statement, parameters, context, many):
        if "FROM dead_letters" in statement:
            steps = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("\n".join(step[-1] for step in steps))

    event.listen(engine, "before_cursor_execute", explain)
    yield plans
    event.remove(engine, "before_cursor_execute", explain)
