"""Rows of events on their way from DuckDB into the store, under their unique keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.event_files.row_values import FACET
from pipeline.event_files.scratch import literal
from pipeline.stores.driver_errors import as_sqlalchemy
from pipeline.stores.sqlite_blocks import insert_blocks

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 20_000
BLOCK = 1 << 20  # bytes
VALUES = {
    "id": "{first_id} + row_number() OVER (ORDER BY r.day, r.key)",
    "day": "r.day",
    "key": "r.key",
    "handle": "coalesce(riids.id, addresses.id)",
    "address": "addresses.id",
    "captured": "r.captured",
    "flags": "r.flags",
    "facet": "f.id",
    "phone": "r.phone",
    "customer": "r.customer",
    "other": "r.other",
    "line": "r.rn",
}
OPTIONAL = ("address", "phone", "customer", "other")
COMPARED = ("handle", "address", "captured", "phone")  # values that count, beside the key's and the facet's
# In the order of the unique key, which writes fewer pages.
RESOLVED = """
    SELECT {values} FROM part_rows r
    LEFT JOIN known_handles riids ON riids.digest = r.riid_digest
    LEFT JOIN known_handles addresses ON addresses.digest = r.email_digest
    JOIN known_facets f ON f.digest = r.{digests}
    WHERE r.problem IS NULL AND r.rn > {position}
    ORDER BY id
"""
USED = "SELECT count(email), count(phone), count(customer), count(other) FROM part_rows WHERE problem IS NULL"


@dataclass(frozen=True)
class StoredAs:
    """Values that the events of one part have in common in the store."""

    feed: int
    file: int
    digests: str  # column of ``part_rows`` with the digests of facets
    first_id: int  # all ids are above it
    position: int  # the last line that was stored before

    def names(self, scratch: "DuckDBPyConnection") -> list[str]:
        """Return the names of the columns that an event of ``part_rows`` has: to write NULLs takes time."""
        used = dict(zip(OPTIONAL, scratch.execute(USED).fetchall()[0], strict=True))
        if self.digests == "wide_digest":
            used["other"] = 0
        return [name for name in VALUES if used.get(name, 1)]

    def rows(self, names: Sequence[str]) -> str:
        """Return the SQL of the events of ``part_rows``, with these columns."""
        values = ", ".join(f"{VALUES[name]} AS {name}" for name in names).format(first_id=self.first_id)
        return RESOLVED.format(values=values, digests=self.digests, position=self.position)


def insert_events(
    scratch: "DuckDBPyConnection", connection: Connection, events: StoredAs, folder: Path
) -> int:
    """Insert the events that are not known; return how many were inserted or differ from a known one."""
    if connection.dialect.name == "sqlite":
        return insert_into_sqlite(scratch, connection, events)
    with as_sqlalchemy(connection.engine):
        return copy_into_postgresql(scratch, connection, events, folder / "rows.csv")


def insert_into_sqlite(scratch: "DuckDBPyConnection", connection: Connection, events: StoredAs) -> int:
    """Insert block by block; return the number of rows that are new or that differ from a known one."""
    names = events.names(scratch)
    found = scratch.execute(events.rows(names))
    row = f"({', '.join('?' * len(names))}, {events.feed}, {events.file})"
    columns = ", ".join([*names, "feed", "file"])
    statement = f"INSERT INTO responsys_events ({columns}) VALUES {{rows}} {on_conflict('IS NOT')}"
    changed = 0
    while some := found.fetchmany(AT_ONCE):
        changed += insert_blocks(connection, statement, row, some)
    return changed


def copy_into_postgresql(
    scratch: "DuckDBPyConnection", connection: Connection, events: StoredAs, path: Path
) -> int:
    """Insert through a temporary table, which COPY fills from a file of DuckDB in the spool."""
    cursor = connection.connection.cursor()
    used = events.names(scratch)
    names = ", ".join(used)
    cursor.execute(
        f"CREATE TEMP TABLE landing ON COMMIT DROP AS SELECT {names} FROM responsys_events WITH NO DATA"
    )
    try:
        scratch.execute(f"COPY ({events.rows(used)}) TO {literal(str(path))} (FORMAT csv, HEADER false)")
        with path.open("rb") as file, cursor.copy("COPY landing FROM STDIN (FORMAT csv)") as copy:
            while block := file.read(BLOCK):
                copy.write(block)
    finally:
        path.unlink(missing_ok=True)
    cursor.execute(
        f"INSERT INTO responsys_events ({names}, feed, file) SELECT {names}, {events.feed}, {events.file} "
        f"FROM landing ORDER BY id {on_conflict('IS DISTINCT FROM')}"
    )
    changed = int(cursor.rowcount)
    cursor.execute("DROP TABLE landing")
    return changed


def on_conflict(differs: str) -> str:
    """Return the clause that keeps a known event, and flags it if another value came."""
    known, came = "responsys_events", "excluded"
    values = [f"{known}.{name} {differs} {came}.{name}" for name in COMPARED]
    parts = " OR ".join(f"a.{name} {differs} b.{name}" for name in FACET)
    other_facet = (
        f"{known}.facet <> {came}.facet AND EXISTS (SELECT 1 FROM event_facets a, event_facets b "
        f"WHERE a.id = {known}.facet AND b.id = {came}.facet AND ({parts}))"
    )
    condition = " OR ".join([*values, f"({other_facet})"])
    return f"ON CONFLICT (feed, day, key) DO UPDATE SET flags = {known}.flags | 8 WHERE {condition}"
