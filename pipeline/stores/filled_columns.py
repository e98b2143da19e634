"""Filled columns: those that a page of rows leaves to the defaults of a table.

The driver of SQLite looks for an adapter of each None and boolean, which takes longer than to bind a text.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any


def filled_columns(
    names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """Leave out the columns that are None or False in every row; return the names and rows that stay.

    Such a column must have NULL or false as its default. The first two columns always stay.
    """
    places = [place for place in range(len(names)) if place < 2 or any(is_filled(row[place]) for row in rows)]
    if len(places) == len(names):
        return names, rows
    return [names[place] for place in places], list(map(itemgetter(*places), rows))


def is_filled(value: Any) -> bool:
    """Tell whether a value is another one than the default of its column."""
    return value is not None and value is not False
