"""Merging people: all that hangs on a number moves to the lower one, and questions between the two end."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, select, update

from pipeline.people.unbarring import unbar
from pipeline.people.waking import wake
from pipeline.stores.event_tables import event_folds
from pipeline.stores.pair_tables import pair_events, pair_fields
from pipeline.stores.people_tables import conflicts, handles
from pipeline.stores.stream_tables import entries, records

OF_TWO = ("family_name", "handles")  # kinds of conflicts that ask whether two are one
PLACES = (
    handles.c.person,
    records.c.person,
    entries.c.person,
    conflicts.c.whose,
    conflicts.c.other,
    pair_fields.c.person,
    pair_events.c.person,
)
# A field of a pair that both people have goes on as that of the lower number.
BOTH_HAVE = (
    "DELETE FROM pair_fields WHERE EXISTS (SELECT 1 FROM pair_fields f WHERE f.person = {mark} "
    "AND f.pair = pair_fields.pair AND f.field = pair_fields.field) AND person = {mark}"
)


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
    if connection.scalar(select(pair_fields.c.person).limit(1)) is not None:
        connection.exec_driver_sql(BOTH_HAVE.format(mark=mark_of(connection)), moves)
    for column in PLACES:
        if connection.scalar(select(column).where(column.is_not(None)).limit(1)) is not None:
            connection.exec_driver_sql(renumbering_sql(connection, column), moves)
    wake(connection, {new for new, _ in moves})
    close_answered(connection)


def renumbering_sql(connection: Connection, column: Column[Any]) -> str:
    """Return the statement that writes one number anew."""
    mark = mark_of(connection)
    return f"UPDATE {column.table.name} SET {column.name} = {mark} WHERE {column.name} = {mark}"


def mark_of(connection: Connection) -> str:
    """Return the driver's mark of a parameter."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


def close_answered(connection: Connection) -> None:
    """Settle conflicts between two people that have become one."""
    of_two = conflicts.c.kind.in_(OF_TWO) & conflicts.c.settled.is_(None)
    one = of_two & (conflicts.c.whose == conflicts.c.other)
    for number in connection.scalars(select(conflicts.c.id).where(one)).all():
        settled = {"settled": "same", "settled_by": "merge", "settled_at": datetime.now(UTC)}
        connection.execute(update(conflicts).where(conflicts.c.id == number).values(settled))
        unbar(connection, number)
