"""pipeline.settle.dead_letters: replay and drop, on both databases and a real server."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.model.shard import SHARDS
from pipeline.produce.appender import Appender
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import DeadLetter, Filter
from tests.accept.test_acceptance import ACME, LAPSED, LEFT, entry


class Bell:
    """A doorbell that nobody hears."""

    def ring_accept(self, shard: int) -> None:
        """Ring."""


@pytest.fixture
def appender(redis):
    return Appender(redis, Bell())


@pytest.fixture
def accept_all(redis, engine):
    """Accept whatever is in the intake."""
    catalog = Catalog(1, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT})
    mirror.publish(redis, catalog)
    acceptance = Acceptance(Intake(redis, window=3600), engine, lambda _: catalog)
    return lambda: [acceptance.accept(shard) for shard in range(SHARDS)]


@pytest.fixture
def keep(engine):
    def keep(*ids: str, at: datetime | None = None, destination: str | None = "lapsed", **changes) -> None:
        letters = [
            DeadLetter(
                **{
                    "id": name,
                    "connector": destination and "acme",
                    "destination": destination,
                    "audience": "lapsed-buyers",
                    "profile_id": name,
                    "code": "Timeout",
                    "detail": "no answer",
                    "activation": json.dumps(entry(name)),
                    **changes,
                }
            )
            for name in ids
        ]
        with engine.begin() as connection:
            dead_letters.keep(connection, letters, at)

    return keep


def ids(engine, **wanted):
    return sorted(letter.id for letter in dead_letters.found(engine, Filter(**wanted)))


def test_a_letter_is_kept_and_counted_once(engine, redis, keep):
    keep("a", "b")
    keep("b", "c")

    assert ids(engine) == ["a", "b", "c"]
    assert stats.read(redis, engine) == {stats.Where("acme", "lapsed"): {"rejected:Timeout": 3}}


def test_letters_are_found_by_what_they_are(engine, keep):
    keep("a")
    keep("b", code="NO_RECIPIENT_FOUND")
    keep("c", destination=None)
    keep("d", at=datetime.now(UTC) - timedelta(days=3))

    assert ids(engine, code="Timeout") == ["a", "c", "d"]
    assert ids(engine, destination="lapsed") == ["a", "b", "d"]
    assert ids(engine, older_than=timedelta(days=1)) == ["d"]
    assert ids(engine, newer_than=timedelta(days=1), connector="acme") == ["a", "b"]
    assert ids(engine, ids=["a", "zz"]) == ["a"]


def test_a_replay_goes_to_the_letters_own_destination_only(redis, engine, appender, accept_all, keep):
    keep("a", activation=json.dumps(entry("a", call_type="REMOVE")))

    assert dead_letters.replay(engine, appender, Filter()) == (1, 0)
    accept_all()
    assert (redis.hkeys("rows:lapsed"), redis.hkeys("rows:left")) == ([b"a"], [])
    assert (ids(engine), ids(engine, state="replayed")) == ([], ["a"])


def test_a_replay_that_is_repeated_sends_once(redis, engine, appender, accept_all, keep):
    """As when the first run was cut off between Redis and SQL."""
    keep("a")
    (letter,) = dead_letters.found(engine, Filter())
    dead_letters._append(appender, [letter])
    dead_letters.replay(engine, appender, Filter())

    assert [line for line in accept_all() if "entries" in line] == ["2 entries, 1 row, 1 seen before"]


def test_a_replay_counts_as_received_no_second_time(redis, engine, appender, accept_all, keep):
    """Else the books would not balance: a row is received once, whatever becomes of it."""
    keep("a")
    dead_letters.replay(engine, appender, Filter())
    accept_all()

    assert stats.read(redis, engine) == {stats.Where("acme", "lapsed"): {"rejected:Timeout": 1}}


def test_what_had_no_destination_goes_to_all_there_are_now(redis, engine, appender, accept_all, keep):
    keep("a", destination=None, activation=json.dumps(entry("a", call_type="REMOVE")))
    dead_letters.replay(engine, appender, Filter())
    accept_all()

    assert (redis.hkeys("rows:lapsed"), redis.hkeys("rows:left")) == ([b"a"], [b"a"])


def test_a_letter_that_cannot_be_read_stays_open(engine, appender, keep):
    keep("a", activation="{not json")

    assert dead_letters.replay(engine, appender, Filter()) == (0, 1)
    assert ids(engine) == ["a"]


def test_a_replay_takes_more_letters_than_fit_one_transaction(redis, engine, appender, accept_all, keep):
    keep(*[f"p{n:04}" for n in range(1_200)])

    assert dead_letters.replay(engine, appender, Filter(code="Timeout")) == (1_200, 0)
    accept_all()
    assert redis.hlen("rows:lapsed") == 1_200


def test_a_dropped_letter_is_still_there_to_be_seen(engine, keep):
    keep("a", "b")

    assert dead_letters.drop(engine, Filter(ids=["a"])) == 1
    assert (ids(engine), ids(engine, state="dropped"), ids(engine, state=None)) == (["b"], ["a"], ["a", "b"])
