"""Records as streams last saw them: a page at once, in few statements.

Bodies are JSON of variables and fields. Statements are plain SQL: a page has 2,000 rows.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.stores.filled_columns import filled_columns
from pipeline.stores.sqlite_blocks import insert_blocks

LIST = {"sqlite": "(SELECT value FROM json_each(?))", "postgresql": "(SELECT unnest(%s::text[]))"}
MARK = {"sqlite": "?", "postgresql": "%s"}
OF_CHANGES = ("person", "stamp", "digest", "body", "parent", "full_number", "gone")
COLUMNS = ("source", "record", *OF_CHANGES, "existing")
TYPES = ("text", "text", "bigint", "bigint", "text", "text", "text", "bigint", "boolean", "boolean")


class KnownRecord(NamedTuple):
    """A record as it was last seen; an empty digest stands for an erased one."""

    record: str
    person: int | None
    stamp: int
    digest: str
    body: str
    gone: bool
    existing: bool


def known_records(connection: Connection, source: str, ids: Collection[str]) -> dict[str, KnownRecord]:
    """Return the records of a source that are known, by id."""
    dialect = connection.dialect.name
    query = (
        f"SELECT record, person, stamp, digest, body, gone, existing FROM records "
        f"WHERE source = {MARK[dialect]} AND record IN {LIST[dialect]}"
    )
    rows = connection.exec_driver_sql(query, (source, as_list(dialect, ids))).cursor.fetchall()
    return {row[0]: KnownRecord._make(row) for row in rows}


def rows_of_parents(
    connection: Connection, source: str, parents: Collection[str]
) -> list[tuple[str, int, str, str]]:
    """Return parent, stamp, id and body of the rows that are known of some parents, in their order."""
    dialect = connection.dialect.name
    query = (
        f"SELECT parent, stamp, record, body FROM records "
        f"WHERE source = {MARK[dialect]} AND parent IN {LIST[dialect]} ORDER BY stamp, record"
    )
    rows = connection.exec_driver_sql(query, (source, as_list(dialect, parents))).cursor.fetchall()
    return [tuple(row) for row in rows]


def store_records(
    connection: Connection, changed: Sequence[tuple[SourceRecord, str, str]], full_number: int
) -> None:
    """Write records, each with its digest and its body."""
    flag = int if connection.dialect.name == "sqlite" else bool  # its driver takes long over a boolean
    rows: Sequence[Sequence[Any]] = [
        (
            record.source, record.id, record.person, record.stamp, digest, body,
            record.parent or None, full_number, flag(record.gone), flag(record.existing),
        )
        for record, digest, body in changed
    ]  # fmt: skip
    if not rows:
        return
    changes = ", ".join(f"{name} = excluded.{name}" for name in OF_CHANGES)
    on_conflict = f"ON CONFLICT (source, record) DO UPDATE SET {changes}"
    if connection.dialect.name == "sqlite":
        names, rows = filled_columns(COLUMNS, rows)
        into = f"INSERT INTO records ({', '.join(names)}) VALUES {{rows}} {on_conflict}"
        insert_blocks(connection, into, f"({', '.join('?' * len(names))})", rows)
        return
    into = f"INSERT INTO records ({', '.join(COLUMNS)})"
    arrays = ", ".join(f"%s::{kind}[]" for kind in TYPES)
    columns = tuple(map(list, zip(*rows, strict=True)))
    connection.exec_driver_sql(f"{into} SELECT * FROM unnest({arrays}) {on_conflict}", columns)


def note_stamps(connection: Connection, source: str, stamps: Sequence[tuple[int, str]]) -> None:
    """Write the stamps of records that have not changed otherwise: pairs of stamp and id."""
    if not stamps:
        return
    mark = MARK[connection.dialect.name]
    statement = f"UPDATE records SET stamp = {mark} WHERE source = {mark} AND record = {mark}"
    connection.exec_driver_sql(statement, [(stamp, source, record) for stamp, record in stamps])


def note_met(connection: Connection, source: str, ids: Collection[str], full_number: int) -> None:
    """Note that a reading from the beginning has met records."""
    if not ids:
        return
    dialect = connection.dialect.name
    statement = (
        f"UPDATE records SET full_number = {MARK[dialect]} "
        f"WHERE source = {MARK[dialect]} AND record IN {LIST[dialect]}"
    )
    connection.exec_driver_sql(statement, (full_number, source, as_list(dialect, ids)))


def note_unsent(connection: Connection, source: str, ids: Collection[str]) -> None:
    """Let the next reading of records find that they differ."""
    dialect = connection.dialect.name
    statement = (
        f"UPDATE records SET digest = 'unsent' WHERE source = {MARK[dialect]} AND record IN {LIST[dialect]}"
    )
    connection.exec_driver_sql(statement, (source, as_list(dialect, ids)))


def note_gone(connection: Connection, source: str, ids: Collection[str]) -> None:
    """Note that records are no longer there; one that comes back differs from the known one."""
    dialect = connection.dialect.name
    yes = {"sqlite": "1", "postgresql": "true"}[dialect]
    statement = (
        f"UPDATE records SET gone = {yes}, digest = 'gone' "
        f"WHERE source = {MARK[dialect]} AND record IN {LIST[dialect]}"
    )
    connection.exec_driver_sql(statement, (source, as_list(dialect, ids)))


def not_met(connection: Connection, source: str, full_number: int, most: int) -> list[str]:
    """Return some records that a reading from the beginning has not met."""
    mark, no = MARK[connection.dialect.name], {"sqlite": "0", "postgresql": "false"}
    query = (
        f"SELECT record FROM records WHERE source = {mark} AND full_number < {mark} "
        f"AND gone = {no[connection.dialect.name]} LIMIT {int(most)}"
    )
    return [row[0] for row in connection.exec_driver_sql(query, (source, full_number)).cursor.fetchall()]


def as_list(dialect: str, ids: Iterable[str]) -> Any:
    """Return ids as the driver takes a list."""
    return msgspec.json.encode(list(ids)).decode() if dialect == "sqlite" else list(ids)
