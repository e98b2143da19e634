"""Notes of refusals: verdicts of rows that never were in a batch; streams, rules and pairs wait for them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from pipeline.model.action import Identifiers
from pipeline.model.activation import decode
from pipeline.settle.dead_letters import DeadLetter
from pipeline.stores.outcome_tables import witness_notes
from pipeline.stores.upsert import insert_new

NO_IDENTIFIERS: Identifiers = {}


def store_refusal_notes(
    connection: Connection, letters: Sequence[DeadLetter], witnessed: Collection[str]
) -> None:
    """Write a note for each destination of letters that have no batch; ``witnessed``: audiences.

    A note is named after its first letter, so that a second attempt at the same letters writes it once.
    """
    by_place: defaultdict[tuple[str, str], list[DeadLetter]] = defaultdict(list)
    for letter in letters:
        if letter.destination and letter.connector and letter.audience in witnessed:
            by_place[letter.destination, letter.connector].append(letter)
    for place, refused in by_place.items():
        insert_new(connection, witness_notes, note_of_refusals(*place, refused))


def note_of_refusals(destination: str, connector: str, letters: Sequence[DeadLetter]) -> dict[str, Any]:
    """Return the note of the letters of one destination."""
    activations = [decode(letter.activation.encode()) for letter in letters]
    rows = [
        {
            "id": activation.id,
            "profile_id": activation.profile_id,
            "call_type": activation.call_type,
            "verdict": letter.code,
            "identifiers": NO_IDENTIFIERS,
        }
        for letter, activation in zip(letters, activations, strict=True)
    ]
    named = {"batch": f"refused:{letters[0].id}", "at": datetime.now(UTC)}
    return {**named, "destination": destination, "connector": connector, "rows": rows}
