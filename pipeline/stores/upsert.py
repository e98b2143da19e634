"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two places.

Statements are built once, and those that every batch runs are compiled once: either takes longer than running
one.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table

from pipeline.stores.database import Driver


class Compiled:
    """A statement for rows of these columns as text, ready to run on any connection of its dialect."""

    def __init__(self, statement: Any, dialect: Dialect, names: tuple[str, ...]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.text = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup  # None: by name
        types = {name: statement.table.c[name].type.dialect_impl(dialect) for name in names}
        found = {name: type_.bind_processor(dialect) for name, type_ in types.items()}
        self._processors = {name: processor for name, processor in found.items() if processor is not None}

    def run(self, connection: Connection | Driver, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Run it once for each row, with values as the driver wants them; return the cursor."""
        given: list[Any] = []
        for row in rows:
            values = dict(row)
            for name, processor in self._processors.items():
                values[name] = processor(values[name])
            given.append(values if self._order is None else tuple(values[name] for name in self._order))
        return connection.exec_driver_sql(self.text, given if len(given) > 1 else given[0])


def insert_new(connection: Connection | Driver, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False when there is one of its primary key already."""
    cursor = compiled_new_rows(connection.dialect, table, tuple(row)).run(connection, [row])
    return bool(cursor.rowcount > 0)


def put_all(connection: Connection | Driver, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns, or write these into the rows that are there."""
    if rows:
        compiled_puts(connection.dialect, table, tuple(rows[0])).run(connection, rows)


@cache
def compiled_puts(dialect: Dialect, table: Table, names: tuple[str, ...]) -> Compiled:
    """Compile the statement that inserts rows, or writes into those that are there."""
    statement = insert_into(dialect.name, table)
    key = list(table.primary_key.columns)
    changed = {name: statement.excluded[name] for name in names if name not in table.primary_key.columns}
    return Compiled(statement.on_conflict_do_update(index_elements=key, set_=changed), dialect, names)


@cache
def compiled_new_rows(dialect: Dialect, table: Table, names: tuple[str, ...]) -> Compiled:
    """Compile the statement that inserts rows with new primary keys."""
    return Compiled(new_rows(dialect.name, table), dialect, names)


@cache
def compiled_sums(dialect: Dialect, table: Table, column: str, names: tuple[str, ...]) -> Compiled:
    """Compile the statement that inserts rows, adding their ``column`` to that of rows already there."""
    return Compiled(sums(dialect.name, table, column), dialect, names)


@cache
def new_rows(dialect: str, table: Table, *columns: Column[Any]) -> Any:
    """Build the statement that inserts rows with new primary keys."""
    statement = insert_into(dialect, table).on_conflict_do_nothing()
    return statement.returning(*columns) if columns else statement


@cache
def sums(dialect: str, table: Table, column: str) -> Any:
    """Build the statement that adds up."""
    statement = insert_into(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column: table.c[column] + statement.excluded[column]},
    )


def insert_into(dialect: str, table: Table) -> Any:
    """Begin an INSERT of one dialect; SQLAlchemy's general ``insert`` has no ON CONFLICT."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
