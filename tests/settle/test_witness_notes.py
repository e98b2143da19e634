"""pipeline.settle.witness_notes: verdicts and identifiers learned, until streams and rules have them."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.lanes.batch import Batch
from pipeline.lanes.row import Row
from pipeline.model.activation import Activation
from pipeline.model.call import Done, Rejection
from pipeline.settle.ledger import BatchOutcome, write_outcome
from pipeline.settle.retention import prune
from pipeline.settle.witness_notes import count_in_notes, erase_from_notes, forget_notes, read_notes
from pipeline.stores.outcome_tables import witness_notes


def settle(engine, identity, learned, *profiles, verdicts=None, returned=()):
    """Write the outcome of a batch."""
    rows = [
        Row(Activation("people", profile, "ADD", id=f"a-{n}" if n else None), b"{}")
        for n, profile in enumerate(profiles)
    ]
    batch = Batch(identity, "lapsed", "acme", "account", "f", 1, 0, "begun", len(rows))
    outcome = BatchOutcome.of(rows, verdicts or [None] * len(rows), returned)
    write_outcome(engine, batch, "custom_event", BatchOutcome(**{**vars(outcome), "learned": learned}))


def notes(engine):
    with engine.connect() as connection:
        return read_notes(connection, 10)


def row(profile, verdict="delivered", identity=None, **identifiers):
    return {
        "id": identity, "profile_id": profile, "call_type": "ADD", "verdict": verdict,
        "identifiers": identifiers,
    }  # fmt: skip


def test_a_note_has_the_verdict_of_each_row_and_the_identifiers_that_were_learned(engine):
    verdicts = [None, Done(), Rejection("NO_RECORD_FOUND"), None]
    learned = {0: {"riid": "7", "salesforce_owner": "005"}, 1: {"salesforce_id": "003"}}
    people = [f"person:{n}" for n in range(4)]

    for _ in range(2):  # the second finds the record of the first
        settle(engine, "b1", learned, *people, verdicts=verdicts, returned=(3,))

    [note] = notes(engine)
    assert (note.batch, note.destination, note.connector) == ("b1", "lapsed", "acme")
    assert note.rows == [
        row("person:0", riid="7"),
        row("person:1", "unchanged", "a-1", salesforce_id="003"),
        row("person:2", "NO_RECORD_FOUND", "a-2"),
    ]


def test_a_destination_without_witnesses_has_no_notes(engine):
    settle(engine, "b1", None, "person:0")

    assert notes(engine) == []


def test_notes_are_read_in_the_order_of_their_batches_and_forgotten_when_taken_over(engine):
    for name in ("b2", "b1", "b3"):
        settle(engine, name, {}, "person:0")

    assert [note.batch for note in notes(engine)] == ["b2", "b1", "b3"]
    with engine.begin() as connection:
        forget_notes(connection, ["b2", "b3"])
    assert [note.batch for note in notes(engine)] == ["b1"]


def test_an_erased_profile_is_in_no_note_and_the_others_stay(engine):
    settle(engine, "b1", {}, "person:0", "person:00")

    assert count_in_notes(engine, "person:0") == erase_from_notes(engine, "person:0") == {"lapsed": 1}
    assert (count_in_notes(engine, "person:0"), notes(engine)[0].rows) == (
        {},
        [row("person:00", identity="a-1")],
    )


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_notes_that_nothing_takes_over_are_deleted_in_the_end(engine, days, left):
    settle(engine, "b1", {}, "person:0")
    with engine.begin() as connection:
        connection.execute(witness_notes.update().values(at=datetime.now(UTC) - timedelta(days=days)))

    prune(engine)

    assert len(notes(engine)) == left
