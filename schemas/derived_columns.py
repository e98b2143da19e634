"""Columns named after something else, such as an audience, by the rules of Responsys."""

import re
from typing import Any
from unicodedata import normalize

from marshmallow import ValidationError

from schemas.columns import LONGEST, column_problem
from schemas.mapping import Mapped, by_name

PREFIX = "C_"  # where a name alone would not do: "2026" becomes C_2026


def column_after(name: str) -> str:
    """Return the column that is named after ``name``.

    It has its letters without accents and its digits, in upper case, ``_`` for everything else, and 30
    characters at most: "Lapsed buyers (90 days)" becomes LAPSED_BUYERS_90_DAYS.

    Raises:
        ValidationError: there is nothing to name a column after.
    """
    if column_problem(name) is None:
        return name.upper()
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").upper()
    for candidate in (words, PREFIX + words):
        column = candidate[:LONGEST].rstrip("_")
        if words and column_problem(column) is None:
            return column
    raise ValidationError('no column can be named after it; give one: { "…" = "NAME" }')


class Derived(Mapped):
    """Sources with their columns; a list of sources stands for columns that are named after them."""

    def read(self, value: Any) -> dict[str, str]:
        """Name the columns that are not given."""
        return super().read(named_after(value) if isinstance(value, list) else value)


def named_after(sources: list[Any]) -> dict[str, str]:
    """Return each of ``sources`` with the column that is named after it."""
    columns: dict[str, str] = {}
    problems: dict[str, Any] = {}
    for source in by_name(sources):
        try:
            columns[source] = column_after(source)
        except ValidationError as error:
            problems[source] = error.messages
    if problems:
        raise ValidationError(problems, valid_data=columns)
    return columns
