"""Merging people: all that hangs on a number moves to the lower one, and questions between the two end."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, select, update

from pipeline.people.unbarring import unbar
from pipeline.stores.event_tables import event_folds
from pipeline.stores.people_tables import conflicts, handles
from pipeline.stores.stream_tables import entries, records

PLACES = (handles.c.person, records.c.person, entries.c.person, conflicts.c.whose, conflicts.c.other)


def merge_people(connection: Connection, merged: Mapping[int, int]) -> None:
    """Give people lower numbers; landings, which remember people, forget them.

    The caller holds the lock of the one row of folds.
    """
    if merged:
        move_people(connection, [(new, old) for old, new in merged.items()])
        connection.execute(update(event_folds).values(erasures=event_folds.c.erasures + 1))


def move_people(connection: Connection, moves: Sequence[tuple[int, int]]) -> None:
    """Write the numbers of people anew: pairs of the new and the old one."""
    if not moves:
        return
    for column in PLACES:
        if connection.scalar(select(column).where(column.is_not(None)).limit(1)) is not None:
            connection.exec_driver_sql(renumbering(connection, column), moves)
    close_answered(connection)


def renumbering(connection: Connection, column: Column[Any]) -> str:
    """Return the statement that writes one number anew."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    return f"UPDATE {column.table.name} SET {column.name} = {mark} WHERE {column.name} = {mark}"


def close_answered(connection: Connection) -> None:
    """Settle questions between people who are one now."""
    one = conflicts.c.settled.is_(None) & (conflicts.c.whose == conflicts.c.other)
    for number in connection.scalars(select(conflicts.c.id).where(one)).all():
        settled = {"settled": "same", "settled_by": "merge", "settled_at": datetime.now(UTC)}
        connection.execute(update(conflicts).where(conflicts.c.id == number).values(settled))
        unbar(connection, number)
