"""Rows of records in the store, by the ids of Salesforce: a page at once, in few statements."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from pipeline.stores.filled_columns import filled_columns
from pipeline.stores.sqlite_blocks import insert_blocks


class RecordRow(NamedTuple):
    """One known record; ``digest``: None if another record has named it, and it was not read yet."""

    id: str
    handle: int
    person: int
    digest: int | None = None
    conflict: int | None = None
    active: int | None = None
    rank: int = 3
    family: int | None = None
    address: int | None = None
    riid: str | None = None
    gone: bool = False


NAMES = "digest, conflict, active, rank, family, address, riid, gone".split(", ")
HEAD = "h.value, h.id, h.person, r.digest, r.conflict, r.active"
COLUMNS = f"h.value, h.id, h.person, {', '.join(f'r.{name}' for name in NAMES)}"
UNFOLDED = {"sqlite": "json_each(?)", "postgresql": "unnest(%s::{type}[])"}
MARK = {"sqlite": "?", "postgresql": "%s"}
KNOWN = (
    "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN handles h "
    "ON h.kind = 'salesforce' AND h.scope = {mark} AND h.value = j.value "
    "LEFT JOIN person_records r ON r.handle = h.id"
)
AT_ADDRESS = (
    "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN person_records r ON r.address = j.value "
    "JOIN handles h ON h.id = r.handle"
)
OF_PEOPLE = (
    "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN handles h "
    "ON h.person = j.value AND h.kind = 'salesforce' "
    "JOIN person_records r ON r.handle = h.id"
)
NAMED = (
    "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN handles h "
    "ON h.kind = {mark} AND h.scope = {mark} AND h.value = j.value"
)


def handles_named(
    connection: Connection, kind: str, scope: str, values: Sequence[str]
) -> Iterable[Sequence[Any]]:
    """Return value, id and person of the handles of one kind and scope that the store has."""
    return run_query(connection, NAMED, "text", list(values), kind, scope, columns="h.value, h.id, h.person")


def heads_of(connection: Connection, org: str, ids: Collection[str]) -> dict[str, Sequence[Any]]:
    """Return id, handle, person, digest, conflict and last change of known records, by id."""
    return {row[0]: row for row in run_query(connection, KNOWN, "text", list(ids), org, columns=HEAD)}


def known_records(connection: Connection, org: str, ids: Collection[str]) -> dict[str, RecordRow]:
    """Return the records of an org that the store knows, by id."""
    rows = run_query(connection, KNOWN, "text", list(ids), org)
    return {row[0]: RecordRow._make(row) for row in rows}


def records_at(connection: Connection, addresses: Collection[int]) -> list[RecordRow]:
    """Return the records with one of some addresses, which are handles."""
    return [RecordRow._make(row) for row in run_query(connection, AT_ADDRESS, "bigint", list(addresses))]


def records_of(connection: Connection, people: Collection[int]) -> list[RecordRow]:
    """Return the records of some people."""
    return [RecordRow._make(row) for row in run_query(connection, OF_PEOPLE, "bigint", list(people))]


def run_query(
    connection: Connection, query: str, kind: str, some: list[Any], *further: Any, columns: str = COLUMNS
) -> Iterable[Sequence[Any]]:
    """Run a query for a list of values of one kind of SQL."""
    dialect = connection.dialect.name
    text = query.format(
        columns=columns,
        ids=UNFOLDED[dialect].format(type=kind),
        alias="" if dialect == "sqlite" else "(value)",
        mark=MARK[dialect],
        first="CROSS" if dialect == "sqlite" else "",  # else SQLite may look each handle up in the list
    )
    values = msgspec.json.encode(some).decode() if dialect == "sqlite" else some
    rows: Iterable[Sequence[Any]] = connection.exec_driver_sql(text, (values, *further)).cursor.fetchall()
    return rows


def note_activity(connection: Connection, changes: Sequence[tuple[int, int]]) -> None:
    """Write when records last changed: pairs of the moment, in ms, and the handle."""
    if not changes:
        return
    if connection.dialect.name == "sqlite":
        statement = "UPDATE person_records SET active = ? WHERE handle = ?"
        connection.exec_driver_sql(statement, list(changes))
        return
    moments, numbers = zip(*changes, strict=True)
    connection.exec_driver_sql(
        "UPDATE person_records SET active = j.active "
        "FROM unnest(%s::bigint[], %s::bigint[]) AS j(active, handle) WHERE person_records.handle = j.handle",
        (list(moments), list(numbers)),
    )


def store_records(connection: Connection, rows: Collection[RecordRow]) -> None:
    """Write rows, or put them in the place of those that are there."""
    if not rows:
        return
    changes = ", ".join(f"{name} = excluded.{name}" for name in NAMES)
    names, values = filled_columns(("handle", *NAMES), [(row.handle, *row[3:]) for row in rows])
    into, then = (
        f"INSERT INTO person_records ({', '.join(names)}) VALUES",
        f"ON CONFLICT (handle) DO UPDATE SET {changes}",
    )
    row = f"({', '.join([MARK[connection.dialect.name]] * len(names))})"
    if connection.dialect.name == "sqlite":
        insert_blocks(connection, f"{into} {{rows}} {then}", row, values)
    else:
        connection.exec_driver_sql(f"{into} {row} {then}", list(values))
