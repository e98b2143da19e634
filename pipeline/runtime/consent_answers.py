"""Answers of destinations that consents have told, as the notes of batches have them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.consents.telling import note_answer, statement_of
from pipeline.settle.witness_notes import WitnessNote


def take_answers(connection: Connection, notes: Sequence[WitnessNote]) -> None:
    """Note what destinations answered; to repeat it changes nothing."""
    for note in notes:
        at = round(note.at.timestamp() * 1000)
        for row in note.rows:
            statement = statement_of(str(row["id"] or ""))
            if statement is not None:
                note_answer(connection, statement, note.destination, row["verdict"], at)
