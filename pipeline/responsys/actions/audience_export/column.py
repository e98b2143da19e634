"""A column that is filled from a row: its text, and the value in place of a null."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from marshmallow import ValidationError

from pipeline.model.activation import Activation
from pipeline.responsys import mapped
from pipeline.text.rendering import render
from schemas.activation_fields import Moment

MOMENT = Moment()


@dataclass(frozen=True)
class Column:
    """One column of a list or table, and the identifier or variable that fills it."""

    source: str
    name: str
    type: str | None = None
    null: str | None = None  # the value in place of a null; None: the column is left out

    @classmethod
    def of(cls, source: str, options: Mapping[str, Any]) -> "Column":
        """Read a column's options."""
        null = render(options["default"]) if "default" in options else None
        if options.get("null") == "blank":
            null = ""
        return cls(source, options["column"], options.get("type"), null)

    def carried(self, row: Activation) -> bool:
        """Tell whether the row says anything of it."""
        return mapped.carries(row, self.source) and (self.null is not None or self.text(row) is not None)

    def text(self, row: Activation) -> str | None:
        """Return the text that fills it."""
        text = mapped.text(row, self.source)
        if text is None:
            return self.null
        return moment(text) if self.type == "TIMESTAMP" else text


def columns_of(options: Mapping[str, Mapping[str, Any]]) -> tuple[Column, ...]:
    """Read all columns, in an order that does not depend on how they were written down."""
    return tuple(sorted((Column.of(*item) for item in options.items()), key=lambda column: column.name))


def carried(columns: Iterable[Column], row: Activation) -> tuple[Column, ...]:
    """Return those that the row says anything of."""
    return tuple(column for column in columns if column.carried(row))


def moment(text: str) -> str:
    """Write a date and time in UTC to the second, as Responsys reads it; without a zone it is UTC already.

    Any other text stays as it is.
    """
    try:
        return f"{MOMENT.deserialize(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except ValidationError:
        return text
