"""Known handles: those that a landing has seen, with their ids and people, in DuckDB.

A file has each person several times, and the next file most of the same people: looking each handle up in
the store once a run, not once a row, is a third of the cost. Tables of DuckDB::

    known_handles   digest, id, person
    new_handles     the same of handles that the store has not yet, with kind, scope, value and label

``digest`` is of a run alone. Ids of the store are given by the one landing that holds its turn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, func, select

from pipeline.people.lookup import look_up
from pipeline.stores.event_tables import handles
from pipeline.stores.sqlite_blocks import insert_blocks

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 4_000_000  # handles; then the memory is given back
AT_ONCE = 20_000
COLUMNS = ("id", "kind", "scope", "value", "label", "person")
TABLES = """
    CREATE OR REPLACE TEMP TABLE known_handles (digest UBIGINT, id BIGINT, person BIGINT);
    CREATE OR REPLACE TEMP TABLE new_handles
        (digest UBIGINT, id BIGINT, person BIGINT, kind VARCHAR, scope VARCHAR, value VARCHAR, label VARCHAR);
"""


class KnownHandles:
    """Handles of the store, as far as rows of this run have needed them."""

    def __init__(self, scratch: "DuckDBPyConnection") -> None:
        self._scratch = scratch
        self.forget()

    def forget(self) -> None:
        """Start anew: the transaction that gave ids was rolled back, or the store has other handles now."""
        self._scratch.execute(TABLES)
        self._known = self._new = 0

    def resolve(self, connection: Connection, needed: str) -> None:
        """Make known all handles of ``needed``, SQL with digest, kind, scope, value and label.

        Handles that the store has not are in ``new_handles`` until ``store_new``.
        """
        if self._known > MOST:
            self.forget()
        self._scratch.execute(
            f"""CREATE OR REPLACE TEMP TABLE missing_handles AS
            SELECT digest, any_value(kind) AS kind, any_value(scope) AS scope, any_value(value) AS value,
                any_value(label) AS label
            FROM ({needed}) ANTI JOIN known_handles USING (digest) GROUP BY digest"""
        )
        [(missing,)] = self._scratch.execute("SELECT count(*) FROM missing_handles").fetchall()
        if not missing:
            return
        highest = connection.scalar(select(func.max(handles.c.id))) or 0
        self._new = missing - (self._learn(connection) if highest else 0)
        self._known += missing
        if self._new:
            self._give_ids(highest)

    def store_new(self, connection: Connection) -> None:
        """Insert the new handles; their people must be final."""
        if not self._new:
            return
        rows = self._scratch.execute("SELECT id, kind, scope, value, label, person FROM new_handles")
        while some := rows.fetchmany(AT_ONCE):
            insert_handles(connection, some)
        self._scratch.execute("DELETE FROM new_handles")
        self._new = 0

    def _learn(self, connection: Connection) -> int:
        """Look the missing handles up in the store, and return how many it has."""
        scratch = self._scratch
        missing = scratch.execute("SELECT CAST(digest AS VARCHAR), kind, scope, value FROM missing_handles")
        found = list(look_up(connection, iter(lambda: missing.fetchmany(AT_ONCE), [])))
        for some in found:
            self._add([row[:3] for row in some])
            self._label(connection, {row[0]: row[1] for row in some if row[3]})
        scratch.execute("DELETE FROM missing_handles WHERE digest IN (SELECT digest FROM known_handles)")
        return sum(map(len, found))

    def _label(self, connection: Connection, numbers: dict[str, int]) -> None:
        """Write addresses that the store has as digests alone, for a record of Salesforce was first."""
        if not numbers:
            return
        told = self._scratch.execute("SELECT CAST(digest AS VARCHAR), label FROM missing_handles")
        labels = [(label, numbers[digest]) for digest, label in told.fetchall() if digest in numbers]
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(f"UPDATE handles SET label = {mark} WHERE id = {mark}", labels)

    def _add(self, rows: list[Any]) -> None:
        text = msgspec.json.encode([tuple(row) for row in rows]).decode()
        self._scratch.execute(
            "INSERT INTO known_handles SELECT r[1]::UBIGINT, r[2]::BIGINT, r[3]::BIGINT "
            "FROM (SELECT unnest(from_json($1, '[[\"VARCHAR\"]]')) AS r)",
            [text],
        )

    def _give_ids(self, highest: int) -> None:
        """Give missing handles the next ids, by the order of their texts; each is its own person at first."""
        self._scratch.execute(
            f"""INSERT INTO new_handles
            SELECT digest, number AS id, number AS person, kind, scope, value, label FROM (
                SELECT *, {highest} + row_number() OVER (ORDER BY kind, scope, value) AS number
                FROM missing_handles
            )"""
        )
        self._scratch.execute("INSERT INTO known_handles SELECT digest, id, person FROM new_handles")


def insert_handles(
    connection: Connection, rows: Sequence[Sequence[Any]], columns: Sequence[str] = COLUMNS
) -> None:
    """Insert handles."""
    head = f"INSERT INTO handles ({', '.join(columns)}) VALUES"
    if connection.dialect.name == "sqlite":
        insert_blocks(connection, f"{head} {{rows}}", f"({', '.join('?' * len(columns))})", rows)
    elif rows:
        connection.exec_driver_sql(f"{head} ({', '.join(['%s'] * len(columns))})", list(rows))
