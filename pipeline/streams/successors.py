"""Successors: records that were not sent, and are their person's primary since another one is gone.

Nothing changes of them, so no reading would send them: they are marked as unsent, and read again at once.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.primary import primaries_of
from pipeline.streams.record_bodies import is_unsent
from pipeline.streams.record_store import known_records, note_unsent


def note_successors(connection: Connection, source: str, rows: Sequence[SourceRecord]) -> list[str]:
    """Mark the successors of rows that are gone as unsent; return their ids."""
    people = {row.person for row in rows if row.gone and row.person is not None}
    primaries = primaries_of(connection, people) if people else {}
    ids = unsent_among(connection, source, {*primaries.values()} - {row.id for row in rows})
    if ids:
        note_unsent(connection, source, ids)
    return ids


def unsent_among(connection: Connection, source: str, ids: Collection[str]) -> list[str]:
    """Return the records of a source that were never sent as they are."""
    known = known_records(connection, source, ids) if ids else {}
    return sorted(row.record for row in known.values() if row.digest and not row.gone and is_unsent(row.body))
