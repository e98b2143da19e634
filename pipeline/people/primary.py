"""The primary record of a person: contact before person account before lead, then the most active one."""

from collections.abc import Collection

from sqlalchemy import Connection

from pipeline.people.record_rows import RecordRow, records_of


def primaries_of(connection: Connection, people: Collection[int]) -> dict[int, str]:
    """Return the id of each person's primary record; a person without any is left out.

    Deleted, merged and converted records are none, and a barred one only if there is no other.
    """
    return {person: row.id for person, row in primary_rows(connection, people).items()}


def primary_rows(connection: Connection, people: Collection[int]) -> dict[int, RecordRow]:
    """Return the primary record of each person that has one."""
    best: dict[int, RecordRow] = {}
    for row in records_of(connection, people):
        if not row.gone and (row.person not in best or place_of(row) < place_of(best[row.person])):
            best[row.person] = row
    return best


def place_of(row: RecordRow) -> tuple[bool, int, int, str]:
    """Return the place of a record among those of its person; the lowest comes first."""
    return row.conflict is not None, row.rank, -(row.active or 0), row.id
