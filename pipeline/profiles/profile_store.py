"""Rows of profiles in the store: read by handle, written many at once."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, select

from pipeline.profiles.id_list import rows_among
from pipeline.profiles.profile_row import NAMES, empty_row, packed_row, read_row
from pipeline.stores.event_tables import event_metadata

AT_ONCE = 5_000


def read_rows(connection: Connection, table: str, handles: Collection[int]) -> dict[int, list[Any]]:
    """Return the row of each handle, an empty one where there is none."""
    profiles = event_metadata.tables[table]
    rows = {handle: empty_row(handle) for handle in handles}
    for stored in rows_among(connection, select(profiles), profiles.c.handle, handles):
        rows[stored[0]] = read_row(stored)
    return rows


def write_rows(connection: Connection, table: str, rows: Iterable[list[Any]]) -> None:
    """Insert rows, or put them in the place of those that are there."""
    statement = replacing_sql(connection.dialect.name, table)
    batch: list[Any] = []
    for row in rows:
        batch.append(tuple(packed_row(row)))
        if len(batch) == AT_ONCE:
            connection.exec_driver_sql(statement, batch)
            batch = []
    if batch:
        connection.exec_driver_sql(statement, batch)


def replacing_sql(dialect: str, table: str) -> str:
    """Return the statement that writes one row."""
    names = ", ".join(NAMES)
    if dialect == "sqlite":
        return f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({', '.join('?' * len(NAMES))})"
    changes = ", ".join(f"{name} = excluded.{name}" for name in NAMES[1:])
    marks = ", ".join(["%s"] * len(NAMES))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT (handle) DO UPDATE SET {changes}"
