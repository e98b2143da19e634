"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two places.

Statements are built once, and those that every batch runs are compiled once: either takes longer than running
one.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Row, Table

from pipeline.stores.database import Driver


class Compiled:
    """The text of a statement for rows of these columns, and how the driver wants each value."""

    def __init__(self, statement: Any, dialect: Dialect, names: tuple[str, ...]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.text = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup  # None: by name
        types = {name: statement.table.c[name].type.dialect_impl(dialect) for name in names}
        found = {name: type_.bind_processor(dialect) for name, type_ in types.items()}
        self._processors = {name: processor for name, processor in found.items() if processor is not None}

    def parameters(self, row: Mapping[str, Any]) -> Any:
        """Return a row as the driver wants it."""
        values = dict(row)
        for name, processor in self._processors.items():
            values[name] = processor(values[name])
        return values if self._order is None else tuple(values[name] for name in self._order)


def insert_new(connection: Connection | Driver, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False when there is one of its primary key already."""
    statement = compiled_new_rows(connection.dialect, table, tuple(row))
    return connection.exec_driver_sql(statement.text, statement.parameters(row)).rowcount > 0


def insert_all_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column[Any]]
) -> Sequence[Row[Any]]:
    """Insert rows with new primary keys; return ``columns`` of the inserted rows."""
    return connection.execute(new_rows(connection.dialect.name, table, *columns), list(rows)).all()


def add_up(
    connection: Connection | Driver, table: Table, rows: Sequence[Mapping[str, Any]], column: str
) -> None:
    """Insert rows of the same columns, adding their ``column`` to that of rows already there."""
    statement = compiled_sums(connection.dialect, table, column, tuple(rows[0]))
    connection.exec_driver_sql(statement.text, [statement.parameters(row) for row in rows])


def put_all(connection: Connection | Driver, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns, or write these into the rows that are there."""
    if rows:
        statement = compiled_puts(connection.dialect, table, tuple(rows[0]))
        connection.exec_driver_sql(statement.text, [statement.parameters(row) for row in rows])


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
    """Compile the statement that adds up."""
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
