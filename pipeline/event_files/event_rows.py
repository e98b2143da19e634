"""Rows of events on their way from DuckDB into the store, under their unique keys."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.event_files.scratch import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 20_000
BLOCK = 1 << 20  # bytes
NAMES = (
    "id", "feed", "day", "key", "handle", "address", "captured", "flags", "facet", "phone", "customer",
    "other", "file", "line",
)  # fmt: skip
COMPARED = ("handle", "address", "captured", "facet", "phone")  # values that count, beside the key's
# In the order of the unique key, which writes fewer pages.
RESOLVED = """
    SELECT {first_id} + row_number() OVER (ORDER BY r.day, r.key) AS id, {feed} AS feed, r.day, r.key,
        coalesce(riids.id, addresses.id) AS handle, addresses.id AS address, r.captured, r.flags,
        f.id AS facet, r.phone, r.customer, r.other, {file} AS file, r.rn AS line
    FROM part_rows r
    LEFT JOIN known_handles riids ON riids.digest = r.riid_digest
    LEFT JOIN known_handles addresses ON addresses.digest = r.email_digest
    JOIN known_facets f ON f.facet_digest = r.facet_digest
    WHERE r.problem IS NULL AND r.rn > {position}
    ORDER BY id
"""


def resolved(first_id: int, feed: int, file: int, position: int) -> str:
    """Return the SQL of the events of ``part_rows``; ``position``: the last line that was stored before."""
    return RESOLVED.format(first_id=first_id, feed=feed, file=file, position=position)


def insert_events(scratch: "DuckDBPyConnection", connection: Connection, rows: str, folder: Path) -> int:
    """Insert the events that are not known; return how many were inserted or differ from a known one."""
    if connection.dialect.name == "sqlite":
        return insert_into_sqlite(scratch, connection, rows)
    return copy_into_postgresql(scratch, connection, rows, folder / "rows.csv")


def insert_into_sqlite(scratch: "DuckDBPyConnection", connection: Connection, rows: str) -> int:
    """Insert by the driver, whose loop over rows is not Python's."""
    found = scratch.execute(rows)
    statement = f"INSERT INTO responsys_events VALUES ({', '.join('?' * len(NAMES))}) {on_conflict('IS NOT')}"
    cursor = connection.connection.cursor()
    changed = 0
    while some := found.fetchmany(AT_ONCE):
        changed += cursor.executemany(statement, some).rowcount
    return changed


def copy_into_postgresql(scratch: "DuckDBPyConnection", connection: Connection, rows: str, path: Path) -> int:
    """Insert through a temporary table, which COPY fills from a file of DuckDB in the spool."""
    cursor = connection.connection.cursor()
    cursor.execute("CREATE TEMP TABLE landing (LIKE responsys_events) ON COMMIT DROP")
    try:
        scratch.execute(f"COPY ({rows}) TO {literal(str(path))} (FORMAT csv, HEADER false)")
        with path.open("rb") as file, cursor.copy("COPY landing FROM STDIN (FORMAT csv)") as copy:
            while block := file.read(BLOCK):
                copy.write(block)
    finally:
        path.unlink(missing_ok=True)
    cursor.execute(
        f"INSERT INTO responsys_events SELECT * FROM landing ORDER BY id {on_conflict('IS DISTINCT FROM')}"
    )
    changed = int(cursor.rowcount)
    cursor.execute("DROP TABLE landing")
    return changed


def on_conflict(differs: str) -> str:
    """Return the clause that keeps a known event, and flags it if another value came."""
    known, came = "responsys_events", "excluded"
    other = " OR ".join(f"{known}.{name} {differs} {came}.{name}" for name in COMPARED)
    return f"ON CONFLICT (feed, day, key) DO UPDATE SET flags = {known}.flags | 8 WHERE {other}"
