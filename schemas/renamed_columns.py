"""Renamed columns: built-in columns of event files, each with the name that the account gave it."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import LONGEST, LONGEST_LIKELY, Text, there_are
from schemas.document import MAX_UNKNOWN, Table
from schemas.event_columns import BUILT_IN, COUNTED

COLUMN = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
COLUMN_RULE = "must be the name of a built-in column"
OTHERS_ARE_KEPT = "any other is kept under the account's name, by which profile_fields can have it"


class RenamedColumns(Table):
    """The account's names by the built-in ones; neither occurs twice, in whatever case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Text(), COLUMN, COLUMN_RULE, **options)

    def read(self, value: Any) -> dict[str, Any]:
        """Refuse a column that is not built in, a column with two names, and a name for two columns."""
        columns = super().read(value)
        if problems := dict(problems_of(columns)):
            raise ValidationError(problems, valid_data=columns)
        return columns

    def problem_of(self, name: str, earlier: int) -> str | None:
        """Propose the likely column, for the first problems."""
        if key_of(name) in BUILT_IN or not self.pattern.fullmatch(name):
            return super().problem_of(name, earlier)
        return unknown_column(name) if earlier < MAX_UNKNOWN else "is not a built-in column"


def unknown_column(name: str) -> str:
    """Say that a column is not built in; propose a close one, or list those that count.

    Not all columns of SMS and push files are published. One that counts nothing needs no built-in name.
    """
    key = key_of(name)
    close = get_close_matches(key, sorted(BUILT_IN), n=1) if len(key) <= LONGEST_LIKELY else []
    way_out = f'did you mean "{close[0]}"?' if close else f"{there_are(COUNTED)}; {OTHERS_ARE_KEPT}"
    return f'"{name[:LONGEST]}" is not a built-in column; {way_out}'


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
