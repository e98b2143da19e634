"""Records of one org, as tests write them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from pipeline.model.source_record import SourceRecord
from pipeline.people.assign import assign
from pipeline.stores.people_tables import conflicts

ORG = "00D000000000001EAA"
ACCOUNT = "1234"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = {"003": "Contact", "00Q": "Lead", "001": "Account"}


def record(name: str, email: str = "", family: str = "Lovelace", **values: Any) -> SourceRecord:
    """Return a record; its table follows from its id."""
    values = {"stamp": 1_000, "org": ORG, "source": "people"} | values
    return SourceRecord(id=name, table=TABLES[name[:3]], email=email, family=family, **values)


def take(engine: Engine, *records: SourceRecord) -> list[int | None]:
    """Take one page, and return the people."""
    with engine.begin() as connection:
        return assign(connection, records, ACCOUNT)


def open_conflicts(connection: Connection) -> list[Any]:
    """Return kind, whose and other of open conflicts."""
    columns = (conflicts.c.kind, conflicts.c.whose, conflicts.c.other)
    query = select(*columns).where(conflicts.c.settled.is_(None)).order_by(conflicts.c.id)
    return [tuple(row) for row in connection.execute(query)]
