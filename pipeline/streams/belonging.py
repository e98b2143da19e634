"""Records of people: memberships, tasks and rows of histories belong to leads and contacts."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.assign import assign, persons_of

TABLES = {"00Q": "Lead", "003": "Contact"}  # by the first characters of ids


def make_people(connection: Connection, rows: Sequence[SourceRecord]) -> None:
    """Make leads and contacts known that no source has read yet, by the ids in the rows."""
    for org in {row.org for row in rows if row.people}:
        named = {name: row for row in rows if row.org == org for name in row.people}
        known = persons_of(connection, org, named)
        unknown = [person_of(name, row) for name, row in named.items() if name not in known]
        if unknown:
            assign(connection, unknown)


def person_of(name: str, row: SourceRecord) -> SourceRecord:
    """Return the record of a person that a row belongs to, as far as the row tells of it."""
    return SourceRecord(
        source=row.source,
        id=name,
        table=TABLES.get(name[:3], "Contact"),
        stamp=row.stamp,
        org=row.org,
        email=row.email,
        family=row.family,
        riid=row.riid,
    )
