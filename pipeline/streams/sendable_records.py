"""Sendable records: the records of people that may be sent to an audience."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.primary import primaries_of


def unbarred(rows: Sequence[SourceRecord]) -> list[SourceRecord]:
    """Return the records that have a person, are in no conflict, and are not gone."""
    return [row for row in rows if row.person is not None and row.conflict is None and not row.gone]


def unbarred_primaries(connection: Connection, rows: Sequence[SourceRecord]) -> list[SourceRecord]:
    """Return the unbarred records without secondary ones; rows of a history are all primary."""
    found = unbarred(rows)
    people = {row.person for row in found if row.person is not None and not (row.people or row.alone)}
    primary = primaries_of(connection, people) if people else {}
    return [row for row in found if row.people or primary.get(row.person or 0, row.id) == row.id]
