"""Rows of a list of ids, however long: one parameter, which both databases unfold."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Select, bindparam, func, select

AT_ONCE = 50_000
FETCHED = 1_000  # rows at once: one by one takes longer


def rows_among(
    connection: Connection, query: Select[Any], column: ColumnElement[int], numbers: Collection[int]
) -> Iterator[Any]:
    """Give the rows of ``query`` of which ``column`` is one of ``numbers``."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        found = connection.execute(query.where(column.in_(numbers_query(connection.dialect.name, some))))
        for rows in found.partitions(FETCHED):
            yield from rows


def numbers_query(dialect: str, numbers: list[int]) -> Any:
    """Return a query of the numbers."""
    if dialect == "sqlite":
        values = func.json_each(str(numbers)).table_valued("value")
        return select(values.c.value)
    return select(func.unnest(bindparam(None, numbers, type_=ARRAY(BigInteger))))
