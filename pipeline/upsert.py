"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two places.

Statements are built once: building one takes longer than running it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

INSERT: dict[str, Any] = {  # their common base knows nothing of ON CONFLICT
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False when there is one of its primary key already."""
    statement = new_rows(connection.dialect.name, table, *table.primary_key.columns)
    return connection.execute(statement, row).first() is not None


def insert_all_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column[Any]]
) -> Sequence[Row[Any]]:
    """Insert rows whose primary keys are not there yet; return these columns of those that were inserted."""
    return connection.execute(new_rows(connection.dialect.name, table, *columns), list(rows)).all()


def add_up(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert rows, adding their ``column`` to that of rows already there."""
    connection.execute(sums(connection.dialect.name, table, column), list(rows))


@cache
def new_rows(dialect: str, table: Table, *columns: Column[Any]) -> Any:
    """Build the statement that inserts what is not there yet."""
    return INSERT[dialect](table).on_conflict_do_nothing().returning(*columns)


@cache
def sums(dialect: str, table: Table, column: str) -> Any:
    """Build the statement that adds up."""
    statement = INSERT[dialect](table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column: table.c[column] + statement.excluded[column]},
    )
