"""Renamed columns: built-in columns of event files, each with the name that the account gave it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import Text
from schemas.document import Table

COLUMN = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
COLUMN_RULE = "must be the name of a built-in column"


class RenamedColumns(Table):
    """The account's names by the built-in ones; neither occurs twice, in whatever case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Text(), COLUMN, COLUMN_RULE, **options)

    def read(self, value: Any) -> dict[str, Any]:
        """Refuse a column with two names, and a name for two columns."""
        columns = super().read(value)
        if problems := dict(problems_of(columns)):
            raise ValidationError(problems, valid_data=columns)
        return columns


def problems_of(columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that cannot be told from an earlier one, with the reason."""
    by_column: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for column, name in columns.items():
        first = by_column.setdefault(key_of(column), column)
        if first != column:
            yield column, f"is the same column as {first}"
            continue
        other = by_name.setdefault(key_of(name), column)
        if other != column:
            yield column, f'"{name}" is the name of {other} already'


def key_of(name: str) -> str:
    """Return a name as headers are compared: without white space around it, and in capitals."""
    return name.strip().upper()
