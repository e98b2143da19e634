"""Witness notes: verdicts of batches, and identifiers that their answers taught, for streams and rules.

Table ``witness_notes``: a note for each batch of a destination, if a stream or rule feeds its audience. It is
written in the ledger's transaction, copied into the events store, and then deleted. Its ``rows`` are JSON::

    [{"id": "a-7", "profile_id": "person:7", "call_type": "ADD", "verdict": "delivered",
      "identifiers": {"riid": "470515001", "salesforce_id": "003000000000001AAA"}}, ...]

``id`` is the activation's, null if its producer gave none. ``verdict`` is "delivered", "unchanged" or the
code of the rejection. ``identifiers`` are those that the batch learned of the row; they may be none. Rows
that were given back to their lane are left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from pipeline.lanes.batch import Batch
from pipeline.lanes.row import NAMES, Row
from pipeline.model.action import Identifiers
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import witness_notes


@dataclass(frozen=True)
class WitnessNote:
    """The note of one batch."""

    batch: str
    destination: str
    connector: str
    at: datetime
    rows: Sequence[Mapping[str, Any]]


def note_of(
    batch: Batch,
    at: datetime,
    rows: Sequence[Row],
    code_of: Mapping[int, str | None],
    learned: Mapping[int, Identifiers],
) -> dict[str, Any]:
    """Build the note of a batch; ``code_of`` and ``learned`` are by position, as in outcomes.py."""
    noted = [
        {
            "id": row.activation.id,
            "profile_id": row.activation.profile_id,
            "call_type": row.activation.call_type,
            "verdict": code_of.get(position, "delivered"),
            "identifiers": known_names(learned.get(position, {})),
        }
        for position, row in enumerate(rows)
        if code_of.get(position, "") is not None
    ]
    places = {"destination": batch.destination, "connector": batch.connector}
    return {"batch": batch.id, **places, "at": at, "rows": noted}


def known_names(identifiers: Identifiers) -> dict[str, str]:
    """Leave out the names that an action learns for its later steps alone."""
    return {name: value for name, value in identifiers.items() if name in NAMES}


def read_notes(connection: Connection, most: int) -> list[WitnessNote]:
    """Return the oldest notes."""
    table = witness_notes
    oldest = select(table).order_by(table.c.at, table.c.batch).limit(most)
    return [WitnessNote(**row) for row in connection.execute(oldest).mappings()]


def any_note(engine: Engine) -> bool:
    """Tell whether there is a note to take over."""
    with reading(engine) as connection:
        return connection.scalar(select(witness_notes.c.batch).limit(1)) is not None


def forget_notes(connection: Connection, batches: Collection[str]) -> None:
    """Delete notes that were taken over."""
    connection.execute(delete(witness_notes).where(witness_notes.c.batch.in_(batches)))


def count_in_notes(engine: Engine, profile: str) -> dict[str, int]:
    """Count the rows of a profile by destination."""
    with reading(engine) as connection:
        return counted(naming(connection, profile), profile)


def erase_from_notes(engine: Engine, profile: str) -> dict[str, int]:
    """Take the rows of a profile out of all notes; return how many there were, by destination."""
    with engine.begin() as connection:
        found = naming(connection, profile)
        for note in found:
            kept = [row for row in note.rows if row["profile_id"] != profile]
            this = witness_notes.c.batch == note.batch
            connection.execute(update(witness_notes).where(this).values(rows=kept))
    return counted(found, profile)


def naming(connection: Connection, profile: str) -> list[WitnessNote]:
    """Return the notes that name a profile; few are kept at any time."""
    notes = (WitnessNote(**row) for row in connection.execute(select(witness_notes)).mappings())
    return [note for note in notes if any(row["profile_id"] == profile for row in note.rows)]


def counted(notes: Collection[WitnessNote], profile: str) -> dict[str, int]:
    """Count the rows of a profile by destination."""
    numbers: dict[str, int] = {}
    for note in notes:
        amount = sum(row["profile_id"] == profile for row in note.rows)
        numbers[note.destination] = numbers.get(note.destination, 0) + amount
    return numbers
