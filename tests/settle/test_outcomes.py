"""pipeline.settle.outcomes: what became of every row, in one value for each batch."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from pipeline.settle import outcomes
from pipeline.settle.dead_letters import letter_id
from pipeline.settle.outcomes import UNCHANGED, RowOutcome, pack, unpack
from pipeline.settle.row_prints import prints_of
from pipeline.stores.outcome_tables import batches


def store(engine, number, profiles, codes=None, days=0, **changes):
    row = {
        "id": f"b{number}", "destination": "lapsed", "connector": "acme", "action": "custom_event",
        "attempt": 1, "rows": len(profiles), "delivered": 0, "rejected": 0, "returned": [],
        "outcome": "delivered", "finished_at": datetime.now(UTC) - timedelta(days=days, seconds=number),
        "outcomes": pack(profiles, ["ADD"] * len(profiles), codes or {}), "prints": prints_of(profiles),
        **changes,
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(batches.insert().values(row))


def test_a_value_holds_every_row_with_its_verdict():
    value = pack(["a", "b", "c"], ["ADD", "REMOVE", "UPDATE"], {1: "Timeout", 2: None})

    assert unpack(value) == [RowOutcome("a", "ADD", None, 0), RowOutcome("b", "REMOVE", "Timeout", 1)]
    assert unpack(value)[1].dead_letter("b7") == letter_id("b7", "1")


def test_a_row_that_was_so_already_is_unchanged_and_has_no_dead_letter():
    [delivered, unchanged] = unpack(pack(["a", "b"], ["ADD", "ADD"], {1: UNCHANGED}))

    assert (delivered.verdict, unchanged.verdict) == ("delivered", "unchanged")
    assert unchanged.dead_letter("b7") is None


def test_a_row_takes_few_bytes():
    """Else a year of deliveries is a database of its own."""
    profiles = [f"customer-{number * 7919 % 1_000_000:07}" for number in range(200)]

    assert len(pack(profiles, ["ADD"] * 200, {})) <= 12 * 200


@pytest.mark.parametrize("others", [0, 1_200])
def test_the_batches_of_a_profile_are_found_newest_first(engine, others):
    for number in (1, 2, 3):
        store(engine, number, ["p-1", f"x-{number}"] if number != 2 else ["p-11"])
    for number in range(10, 10 + others):
        store(engine, number, ["somebody"])

    with engine.connect() as connection:
        found = [row[0] for row in outcomes.batches_of(connection, "p-1")]

    assert found == ["b1", "b3"]


def test_batches_without_the_profile_are_left_to_the_database(engine):
    """Unpacking fifty thousand of them took most of a trace's time."""
    store(engine, 1, [f"customer-{number}" for number in range(200)])
    store(engine, 2, [f"customer-{number}" for number in range(200, 400)])

    with engine.connect() as connection:
        [read] = outcomes.page_of_batches(connection, "customer-7", None)

    assert read.id == "b1"


@pytest.mark.parametrize("profile", ["p-1", "für-1", "'; --", "x" * 500])
def test_batches_of_older_versions_are_looked_through(engine, profile):
    store(engine, 1, ["somebody", profile], prints=None)
    store(engine, 2, ["somebody"], prints=None)
    store(engine, 3, ["somebody", profile])

    with engine.connect() as connection:
        found = [row[0] for row in outcomes.batches_of(connection, profile)]

    assert found == ["b1", "b3"]


def test_an_erased_profile_is_in_no_batch_and_the_others_stay(engine):
    store(engine, 1, ["p-1", "p-2"], {0: "Timeout"})

    assert outcomes.erase_outcomes(engine, "p-1") == {"lapsed": 1}

    assert outcomes.count_outcomes(engine, "p-1") == {}
    with engine.connect() as connection:
        value, prints = connection.execute(select(batches.c.outcomes, batches.c.prints)).one()
    assert prints_of(["p-1"]) not in prints
    assert unpack(value) == [RowOutcome("p-2", "ADD", None, 1)]
    assert b"p-1" not in outcomes.zlib.decompress(value)


def test_outcomes_are_forgotten_and_the_record_of_the_batch_stays(engine):
    store(engine, 1, ["p-1"], days=8)
    store(engine, 2, ["p-1"])

    outcomes.forget_outcomes(engine, timedelta(days=7))

    with engine.connect() as connection:
        kept = {row.id: row[1:] for row in connection.execute(select(batches.c["id", "outcomes", "prints"]))}
    assert kept["b1"] == (None, None)
    assert None not in kept["b2"]
