"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two places."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

INSERT: dict[str, Any] = {  # their common base knows nothing of ON CONFLICT
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False when there is one of its primary key already."""
    return bool(insert_all_new(connection, table, [row], list(table.primary_key.columns)))


def insert_all_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column[Any]]
) -> Sequence[Row[Any]]:
    """Insert rows whose primary keys are not there yet; return these columns of those that were inserted."""
    statement = INSERT[connection.dialect.name](table).on_conflict_do_nothing().returning(*columns)
    return connection.execute(statement, [dict(row) for row in rows]).all()


def add_up(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert rows, adding their ``column`` to that of rows already there."""
    statement = INSERT[connection.dialect.name](table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column: table.c[column] + statement.excluded[column]},
    )
    connection.execute(statement, [dict(row) for row in rows])
