"""Merging people: all that hangs on a number moves to the lower one, and questions between the two end."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, select, update

from pipeline.people.settling import unbar
from pipeline.stores.event_tables import event_folds
from pipeline.stores.people_tables import conflicts

NUMBERED = (("handles", "person"), ("records", "person"), ("entries", "person"))
QUESTIONS = (("conflicts", "whose"), ("conflicts", "other"))


def merge_people(connection: Connection, merged: Mapping[int, int]) -> None:
    """Give people their new numbers; the caller holds the lock of the one row of folds."""
    if not merged:
        return
    renumber(connection, list(merged.items()), NUMBERED + QUESTIONS)
    close_answered(connection)
    connection.execute(update(event_folds).values(erasures=event_folds.c.erasures + 1))


def renumber(
    connection: Connection, merged: list[tuple[int, int]], places: tuple[tuple[str, str], ...]
) -> None:
    """Write new numbers of people in some columns; ``merged``: pairs of the old and the new one."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    for table, column in places:
        statement = f"UPDATE {table} SET {column} = {mark} WHERE {column} = {mark}"
        connection.exec_driver_sql(statement, [(new, old) for old, new in merged])


def close_answered(connection: Connection) -> None:
    """Settle questions between people who are one now."""
    one = conflicts.c.settled.is_(None) & (conflicts.c.whose == conflicts.c.other)
    for number in connection.scalars(select(conflicts.c.id).where(one)).all():
        settled = {"settled": "same", "settled_by": "merge", "settled_at": datetime.now(UTC)}
        connection.execute(update(conflicts).where(conflicts.c.id == number).values(settled))
        unbar(connection, number)
