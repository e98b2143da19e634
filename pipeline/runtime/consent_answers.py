"""Answers of destinations that consents have told, as the notes of batches have them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.consents.carriers import carriers
from pipeline.consents.noting import now_ms
from pipeline.consents.overtaking import overtaken, told_again
from pipeline.consents.saying import waiting_name
from pipeline.consents.telling import note_answer, statement_of
from pipeline.records.catalog import Catalog
from pipeline.runtime.note_taking import NoteTaker
from pipeline.settle.witness_notes import WitnessNote
from pipeline.streams.stream_outbox import put_outgoing


def answer_taker(catalog: Catalog) -> NoteTaker:
    """Return the taker of notes that keeps the answers of destinations; to repeat it changes nothing."""

    def take(connection: Connection, notes: Sequence[WitnessNote]) -> None:
        for note in notes:
            at = round(note.at.timestamp() * 1000)
            answered = []
            for row in note.rows:
                statement = statement_of(str(row["id"] or ""))
                if statement is not None:
                    note_answer(connection, statement, note.destination, row["verdict"], at)
                    answered.append(statement)
            if answered:
                tell_overtaken(connection, catalog, answered, note.destination)

    return take


def tell_overtaken(
    connection: Connection, catalog: Catalog, statements: Sequence[int], destination: str
) -> None:
    """Tell a destination the wish in force once more, where an older one has reached it last."""
    for account in catalog.consents.values():
        if destination in {one.name for one in carriers(catalog, account)}:
            addresses = overtaken(connection, account.channel, statements, destination)
            if addresses:
                again = told_again(connection, account, addresses, destination, now_ms())
                put_outgoing(connection, waiting_name(account.name), again, bulk=False)
