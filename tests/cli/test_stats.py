"""``activation stats``, on a real server and both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, inspect

from pipeline.operate import summary
from pipeline.runtime.stores import open_stores
from pipeline.settle import statistics as stats
from pipeline.settle.statistics import Where
from pipeline.stores.event_tables import event_files
from tests.environment import ACME, LAPSED

NONE = {
    "received": 0,
    "repeated": 0,
    "sent": 0,
    "removed": 0,
    "unchanged": 0,
    "coalesced": 0,
    "rejected": {},
    "erased": 0,
    "calls": 0,
    "batches": 0,
    "rows": 0,
    "fill": None,
    "waiting": 0,
    "dead_letters": 0,
}


@pytest.fixture(autouse=True)
def _no_file(engine):
    """On PostgreSQL the events store is in the same database, and earlier tests leave files there."""
    with engine.begin() as connection:
        if inspect(connection).has_table(event_files.name):
            connection.execute(event_files.delete())


@pytest.fixture
def count(environment):
    """Writes numbers of some days ago."""

    def count(connector, destination, days=0, **numbers):
        at = datetime.now(UTC) - timedelta(days=days)
        with environment.engine.begin() as connection:
            stats.add(connection, at, Where(connector, destination), numbers)

    return count


def document(run, *options):
    found = json.loads(run("stats", "--json", *options).stdout)
    lines = {(line.pop("connector"), line.pop("destination")): line for line in found["destinations"]}
    return found["days"], lines, found["total"]


def test_the_numbers_of_each_destination_and_their_sum_are_shown(environment, run, count):
    count("acme", "lapsed", sent=1200, removed=34, calls=7, batches=7, rows=1250)
    environment.wait("lapsed", "a", "b")
    environment.keep("x", "y")
    environment.keep("z", destination="left", code="Invalid")

    assert run("stats").output.splitlines() == [
        "The last 7 days; WAITING and open DEAD LETTERS are those of now.",
        "",
        "CONNECTOR  DESTINATION  RECEIVED   SENT  REMOVED  COALESCED  REJECTED  CALLS  ROWS PER CALL  WAITING"
        "  DEAD LETTERS",
        "acme       lapsed              2  1,200       34          0         2      7          178.6        2"
        "             2",
        "acme       left                0      0        0          0         1      0              -        0"
        "             1",
        "all        -                   2  1,200       34          0         3      7          178.6        2"
        "             3",
        "",
        "Rejected by code:",
        "",
        "CONNECTOR  DESTINATION  CODE                ROWS",
        "acme       lapsed       NO_RECIPIENT_FOUND     2",
        "acme       left         Invalid                1",
    ]


def test_programs_get_every_number(environment, run, count):
    count("acme", "lapsed", sent=1200, removed=34, calls=7, batches=7, rows=1250, coalesced=3, erased=4)
    environment.wait("lapsed", "a", "b")
    environment.keep("x", "y")

    days, lines, total = document(run)

    lapsed = {
        "received": 2,
        "repeated": 0,
        "sent": 1200,
        "removed": 34,
        "unchanged": 0,
        "coalesced": 3,
        "rejected": {"NO_RECIPIENT_FOUND": 2},
        "erased": 4,
        "calls": 7,
        "batches": 7,
        "rows": 1250,
        "fill": 178.6,
        "waiting": 2,
        "dead_letters": 2,
    }
    assert (days, lines, total) == (7, {("acme", "lapsed"): lapsed, ("acme", "left"): NONE}, lapsed)


def test_what_was_erased_is_reported(run, count):
    count("acme", "lapsed", received=5, erased=5)

    assert run("stats").output.splitlines()[-2:] == ["", "Erased: 5 rows that waited or were dead letters."]


def test_rows_that_were_so_already_are_reported(run, count):
    count("acme", "lapsed", received=5, sent=3, unchanged=2)

    assert run("stats").output.splitlines()[-2:] == ["", "Unchanged: 2 rows were so already."]
    assert document(run)[1]["acme", "lapsed"]["unchanged"] == 2


def test_repeats_of_an_id_are_received_and_told(run, count):
    count("acme", "lapsed", received=5, repeated=2)

    _, lines, _ = document(run)

    assert (lines["acme", "lapsed"]["received"], lines["acme", "lapsed"]["repeated"]) == (7, 2)
    assert run("stats").output.splitlines()[-1] == (
        "Repeated: 2 changes repeat an id of the last day and went out once."
    )


@pytest.mark.parametrize(("options", "sent"), [((), 1), (("--days", "30"), 11), (("--days", "90"), 111)])
def test_the_days_are_chosen(run, count, options, sent):
    count("acme", "lapsed", sent=1)
    count("acme", "lapsed", days=20, sent=10)
    count("acme", "lapsed", days=80, sent=100)
    count("acme", "lapsed", days=91, sent=1000)

    assert document(run, *options)[2]["sent"] == sent


def test_other_numbers_of_days_are_refused(environment, run):
    assert run("stats", "--days", "8").exit_code == 2


def test_a_connector_is_chosen(environment, run, count):
    environment.apply(
        {"acme": ACME, "other": ACME}, {"lapsed": LAPSED, "left": {**LAPSED, "connector": "other"}}
    )
    count("acme", "lapsed", sent=1)
    count("other", "left", sent=10)

    _, lines, total = document(run, "--connector", "other")

    assert (lines, total["sent"]) == ({("other", "left"): {**NONE, "sent": 10}}, 10)


def test_a_connector_that_nobody_knows_is_refused(environment, run):
    result = run("stats", "--connector", "acne")

    assert (result.exit_code, result.stderr) == (
        2,
        'Error: connector "acne" does not exist; there are: acme\n',
    )


def test_what_a_removed_connector_sent_is_still_shown(environment, run, count):
    count("former", "old", sent=5)

    _, lines, _ = document(run, "--connector", "former")

    assert lines == {("former", "old"): {**NONE, "sent": 5}}


def test_what_has_no_place_any_more_is_named_so(environment, run):
    environment.wait("left", "a")
    environment.apply({"acme": ACME}, {"lapsed": LAPSED})
    environment.keep("x", destination=None, code="Invalid")

    rows = [line.split() for line in run("stats").output.splitlines()[3:8]]

    assert [row[:2] for row in rows] == [
        ["(none)", "(none)"],
        ["(removed)", "left"],
        ["acme", "lapsed"],
        ["acme", "left"],
        ["all", "-"],
    ]


def test_programs_get_null_for_what_has_no_place(environment, run):
    environment.wait("left", "a")
    environment.apply({"acme": ACME}, {"lapsed": LAPSED})
    environment.keep("x", destination=None)

    assert sorted(document(run)[1], key=str) == [
        ("acme", "lapsed"),
        ("acme", "left"),
        (None, "left"),
        (None, None),
    ]


def test_where_nothing_ever_was_the_first_step_is_reported(empty_environment, run):
    assert run("stats").output == (
        "Nothing is configured and nothing was received. Bring destinations in: `activation apply FILE`\n"
    )


def test_a_row_that_is_sent_while_the_numbers_are_read_is_never_missing(environment, monkeypatch):
    environment.wait("lapsed", "a", "b")
    read = summary.read_statistics

    def deliver_and_read(client, engine, **options):
        client.delete("lanes:lapsed", "rows:lapsed")
        with engine.begin() as connection:
            stats.add(connection, datetime.now(UTC), Where("acme", "lapsed"), {"sent": 2})
        return read(client, engine, **options)

    monkeypatch.setattr(summary, "read_statistics", deliver_and_read)
    total = summary.read_summary(environment.redis, environment.engine, environment.catalog, days=7).total

    assert total.sent + total.waiting >= total.received == 2
    assert total.waiting == 2


def test_event_files_are_shown_by_import_feed_and_day(environment, run):
    today = datetime.now(UTC)
    file = {
        "import_name": "hourly", "size": 1, "account": "1234", "state": "landed", "listed_at": today,
        "feed": "CLICK", "quarantined": 1,
    }  # fmt: skip
    with open_stores() as stores, stores.events.begin() as connection:
        for number, (days, new) in enumerate([(0, 5), (0, 2), (3, 40), (8, 900)]):
            landed = {"landed_at": today - timedelta(days=days), "new": new}
            connection.execute(insert(event_files).values(**file, **landed, path=f"{number}", mtime=number))

    by_day = {f"{today - timedelta(days=3):%Y-%m-%d}": 40, f"{today:%Y-%m-%d}": 7}
    assert json.loads(run("stats", "--json").stdout)["imports"] == [
        {"name": "hourly", "feed": "CLICK", "files": 3, "events": 47, "quarantined": 3, "days": by_day}
    ]
    told = ", ".join(f"{day} {amount}" for day, amount in by_day.items())
    assert run("stats").output.splitlines()[-2:] == [
        "IMPORT  FEED   FILES  EVENTS  QUARANTINED  EVENTS BY DAY",
        f"hourly  CLICK      3      47            3  {told}",
    ]
