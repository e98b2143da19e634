"""pipeline.operate.series: numbers of minutes, hours and days, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.operate.series import read_series
from pipeline.settle import dead_letters as letters
from pipeline.settle import statistics
from pipeline.settle.dead_letters import DeadLetter
from pipeline.settle.statistics import Where
from pipeline.stores.outcome_tables import batches

NOW = datetime(2026, 11, 29, 12, 30, 20, tzinfo=UTC)
NOTHING = {"connector": None, "destination": None}


@pytest.fixture
def read(redis, engine):
    def read(step, since, **filters):
        return read_series(redis, engine, step, since, {**NOTHING, **filters}, NOW)["points"]

    return read


@pytest.fixture
def settle(engine):
    def settle(name, ago, destination="lapsed", **numbers):
        row = {
            "id": name, "destination": destination, "connector": "acme", "action": "custom_event",
            "attempt": 1, "rows": 9, "delivered": 0, "rejected": 0, "removed": 0, "returned": [],
            "outcome": "delivered", "finished_at": NOW - ago, **numbers,
        }  # fmt: skip
        with engine.begin() as connection:
            connection.execute(batches.insert().values(row))

    return settle


def test_minutes_come_from_the_ledger_and_empty_ones_are_zeros(read, settle):
    settle("now", timedelta(seconds=19), delivered=7, removed=2, rejected=1)
    settle("again", timedelta(seconds=0), delivered=1)
    settle("earlier", timedelta(minutes=2), delivered=3)
    settle("too early", timedelta(minutes=3), delivered=100)

    assert read("minute", timedelta(minutes=3)) == [
        {"at": "2026-11-29T12:28:00Z", "sent": 3, "removed": 0, "unchanged": 0, "rejected": 0, "batches": 1},
        {"at": "2026-11-29T12:29:00Z", "sent": 0, "removed": 0, "unchanged": 0, "rejected": 0, "batches": 0},
        {"at": "2026-11-29T12:30:00Z", "sent": 6, "removed": 2, "unchanged": 0, "rejected": 1, "batches": 2},
    ]


def test_minutes_count_rows_that_never_came_into_a_batch(read, engine):
    def letter(name, batch):
        return DeadLetter(name, "acme", "lapsed", "lapsed-buyers", "p", "Invalid", "", "{}", batch)

    with engine.begin() as connection:
        letters.store(connection, [letter("a", None), letter("b", "b7")], NOW)

    assert [point["rejected"] for point in read("minute", timedelta(minutes=2))] == [0, 1]


def test_an_hour_of_minutes_is_sixty_points(read):
    assert len(read("minute", timedelta(hours=1))) == 60


def test_hours_come_from_the_statistics_with_codes(read, engine):
    acme = Where("acme", "lapsed")
    numbers = {"received": 9, "repeated": 1, "coalesced": 1, "calls": 2, "batches": 2, "rows": 8}
    with engine.begin() as connection:
        statistics.add(connection, NOW, acme, {**numbers, "sent": 5, "removed": 1})
        statistics.add(connection, NOW, acme, {"rejected:A": 2, "rejected:B": 1})

    [before, last] = read("hour", timedelta(hours=2))

    assert before["codes"] == {}
    assert last == {
        "at": "2026-11-29T12:00:00Z",
        "sent": 5,
        "removed": 1,
        "unchanged": 0,
        "rejected": 3,
        "batches": 2,
        "received": 10,
        "coalesced": 1,
        "calls": 2,
        "codes": {"A": 2, "B": 1},
    }


def test_days_are_those_of_utc(read, engine):
    with engine.begin() as connection:
        for hours in (0, 12, 13, 36):
            statistics.add(connection, NOW - timedelta(hours=hours), Where("acme", "lapsed"), {"sent": 1})

    points = read("day", timedelta(days=3))

    assert [(point["at"][:10], point["sent"]) for point in points] == [
        ("2026-11-27", 0),
        ("2026-11-28", 2),
        ("2026-11-29", 2),
    ]


@pytest.mark.parametrize("step", ["minute", "hour", "day"])
def test_one_destination_or_connector_is_counted_alone(read, settle, engine, step):
    settle("one", timedelta(0), delivered=3)
    settle("other", timedelta(0), destination="welcome", delivered=4)
    with engine.begin() as connection:
        statistics.add(connection, NOW, Where("acme", "lapsed"), {"sent": 3})
        statistics.add(connection, NOW, Where("acme", "welcome"), {"sent": 4})

    def sent(**filters):
        return read(step, timedelta(minutes=1), **filters)[-1]["sent"]

    assert (sent(), sent(destination="lapsed"), sent(connector="acme"), sent(connector="x")) == (7, 3, 7, 0)
