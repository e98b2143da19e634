"""Look-up of handles in the store, many at once, through a temporary table."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, text

from pipeline.stores.driver_errors import as_sqlalchemy

WANTED = {
    "sqlite": "CREATE TEMP TABLE IF NOT EXISTS wanted (tag TEXT, kind TEXT, scope TEXT, value TEXT)",
    "postgresql": (
        "CREATE TEMP TABLE IF NOT EXISTS wanted (tag text, kind text, scope text, value text) ON COMMIT DROP"
    ),
}
FOUND = text(
    "SELECT wanted.tag, handles.id, handles.person, handles.kind = 'email' AND handles.label IS NULL "
    "FROM wanted JOIN handles "
    "ON handles.kind = wanted.kind AND handles.scope = wanted.scope AND handles.value = wanted.value"
)


def look_up(connection: Connection, batches: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Give tag, id, person, and whether the address is missing, of the handles that the store has.

    Batches have tag, kind, scope and value.
    """
    dialect = connection.dialect.name
    connection.exec_driver_sql(WANTED[dialect])
    for batch in batches:
        connection.exec_driver_sql("DELETE FROM wanted")
        fill_wanted(connection, batch)
        yield list(connection.execute(FOUND))
    connection.exec_driver_sql("DELETE FROM wanted")


def fill_wanted(connection: Connection, rows: list[Any]) -> None:
    """Insert rows of ``wanted``."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO wanted VALUES (?, ?, ?, ?)", rows)
        return
    cursor = connection.connection.cursor()
    with as_sqlalchemy(connection.engine), cursor.copy("COPY wanted FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
