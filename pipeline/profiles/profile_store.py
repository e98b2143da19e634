"""Rows of profiles in the store: read by handle, written many at once."""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from pipeline.profiles.id_list import rows_among
from pipeline.profiles.profile_row import NAMES, empty_row, packed_row, read_row
from pipeline.stores.event_tables import event_metadata
from pipeline.stores.sqlite_blocks import insert_blocks

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
    values = map(tuple, map(packed_row, rows))
    while some := list(islice(values, AT_ONCE)):
        if connection.dialect.name == "sqlite":
            insert_blocks(connection, replacing_in_sqlite(table), f"({', '.join('?' * len(NAMES))})", some)
        else:
            connection.exec_driver_sql(replacing_in_postgresql(table), some)


def replacing_in_sqlite(table: str) -> str:
    """Return the statement that writes ``{rows}``."""
    return f"INSERT OR REPLACE INTO {table} ({', '.join(NAMES)}) VALUES {{rows}}"


def replacing_in_postgresql(table: str) -> str:
    """Return the statement that writes one row."""
    names, marks = ", ".join(NAMES), ", ".join(["%s"] * len(NAMES))
    changes = ", ".join(f"{name} = excluded.{name}" for name in NAMES[1:])
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT (handle) DO UPDATE SET {changes}"
