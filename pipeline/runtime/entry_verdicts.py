"""Verdicts of entries: the outcomes of activations that rules led to, as the notes of batches tell.

An audience may have several destinations. An entry is sent if one of them took it; else unknown, if the
outcome of a call is; else refused.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, update

from pipeline.settle.witness_notes import WitnessNote
from pipeline.stores.stream_tables import entries

SENT, UNKNOWN, REFUSED = "sent", "unknown", "refused"
BEFORE = {  # states that a verdict takes the place of
    SENT: ("entered", UNKNOWN, REFUSED),
    UNKNOWN: ("entered", REFUSED),
    REFUSED: ("entered",),
}
DELIVERED = ("delivered", "unchanged")
NOT_KNOWN = ("Timeout", "OutcomeUnknown")


def take_verdicts(connection: Connection, notes: Sequence[WitnessNote]) -> None:
    """Write the verdicts of notes into entries; to repeat it changes nothing."""
    for note in notes:
        for row in note.rows:
            if row["id"] is not None:
                take_verdict(connection, str(row["id"]), row["verdict"], note.at)


def take_verdict(connection: Connection, activation: str, verdict: str, at: datetime) -> None:
    """Write the verdict of one activation, if it is that of an entry."""
    state = state_of(verdict)
    values: dict[str, Any] = {"state": state, "verdict": "" if state == SENT else verdict}
    if state == SENT:
        values["sent_at"] = at.astimezone(UTC)
    own = (entries.c.activation == activation) & entries.c.state.in_(BEFORE[state])
    connection.execute(update(entries).where(own).values(values))


def state_of(verdict: str) -> str:
    """Return the state of an entry with a verdict of a batch."""
    if verdict in DELIVERED:
        return SENT
    return UNKNOWN if verdict in NOT_KNOWN else REFUSED
