"""Forget rows that nobody will ask for again, some at a time, so that others can write in between."""

from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_

from pipeline.snapshots.turns import Turn
from pipeline.stores.tables import destinations, members, snapshot_parts, staged

DELETED = 20_000  # rows in one transaction


def discard(turn: Turn, *runs: str) -> None:
    """Forget the snapshots of runs."""
    delete_all(turn, staged, staged.c.run.in_(runs))


def forget_removed(turn: Turn) -> None:
    """Forget what destinations of this audience were sent that are no more."""
    known = select(destinations.c.name)
    mine = snapshot_parts.c.audience == turn.audience
    with turn.writing() as connection:
        gone = select(snapshot_parts.c.destination).where(mine, snapshot_parts.c.destination.not_in(known))
        names = list(connection.scalars(gone))
    if names:
        delete_all(turn, members, members.c.destination.in_(names))
        with turn.writing() as connection:
            connection.execute(delete(snapshot_parts).where(snapshot_parts.c.destination.in_(names)))


def delete_all(turn: Turn, table: Table, condition: ColumnElement[bool]) -> None:
    """Delete rows until there are none."""
    deleted = DELETED
    while deleted == DELETED:
        with turn.writing() as connection:
            deleted = delete_some(connection, table, condition)


def delete_some(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete some rows; say how many."""
    key = list(table.primary_key.columns)
    some = select(*key).where(condition).limit(DELETED)
    return connection.execute(delete(table).where(tuple_(*key).in_(some))).rowcount
