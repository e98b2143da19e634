"""Rows deleted a few at a time, so that other writers get in between."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count

from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_


def delete_in_turns(
    begin: Callable[[], AbstractContextManager[Connection]],
    table: Table,
    condition: ColumnElement[bool],
    *,
    rows: int,
    turns: int | None = None,
) -> int:
    """Delete up to ``rows`` in each transaction that ``begin`` opens, and return their number in all.

    ``turns``: most transactions; the rest stays for the next time. None: until no such row is left.
    """
    key = list(table.primary_key.columns)
    some = select(*key).where(condition).limit(rows)
    total = 0
    for _ in count() if turns is None else range(turns):
        with begin() as connection:
            deleted = connection.execute(delete(table).where(tuple_(*key).in_(some))).rowcount
        total += deleted
        if deleted < rows:
            break
    return total
