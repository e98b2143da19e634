"""Blocks of rows for SQLite: one statement for 200 rows takes half the time of a statement for each row."""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from pipeline.stores.driver_errors import as_sqlalchemy

BLOCK = 200  # rows; a larger one is hardly faster


def insert_blocks(connection: Connection, statement: str, row: str, rows: Sequence[Sequence[Any]]) -> int:
    """Insert rows, all with as many values, and return the number of rows that changed.

    ``row``: the SQL of one, such as "(?, ?, 7)"; ``statement`` has ``{rows}`` in the place of all.
    """
    if not rows:
        return 0
    changed = 0
    with as_sqlalchemy(connection.engine):
        cursor = connection.connection.cursor()
        size = block_size(cursor.connection, len(rows[0]))
        whole = statement.format(rows=", ".join([row] * size))
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            text = whole if len(some) == size else statement.format(rows=", ".join([row] * len(some)))
            changed += cursor.execute(text, list(chain.from_iterable(some))).rowcount
    return changed


def block_size(connection: sqlite3.Connection, values: int) -> int:
    """Return how many rows of so many values a statement can have: old libraries take 999 values."""
    most = connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    return max(1, min(BLOCK, most // max(1, values)))
