"""Columns without their index, for pages in the order of another index.

SQLite prefers an equality to an order: for each page it would take all rows of one kind and sort them, so
that a million of them cost hours. ``unindexed(handles.c.kind) == "riid"`` lets it go along the order instead.
"""

from sqlalchemy import ColumnElement


def unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """Return a column of text as an expression that no index has."""
    return column + ""
