"""A column that is filled from a row: its text, and the value in place of a null."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.activation import Activation
from pipeline.responsys import mapped
from pipeline.responsys.actions.audience_export.column_values import FORMS
from pipeline.text.rendering import render


@dataclass(frozen=True)
class Column:
    """One column of a list or table, and the identifier or variable that fills it."""

    source: str
    name: str
    type: str | None = None
    null: str | None = None  # the value in place of a null; None: the column is left out
    skips_invalid: bool = False  # a value that is none of its type is left out, and the row has no problem

    @classmethod
    def of(cls, source: str, options: Mapping[str, Any]) -> "Column":
        """Read a column's options."""
        kind = options.get("type")
        null = render(options["default"]) if "default" in options else None
        if null and kind in FORMS:
            null = FORMS[kind].written(null)
        if options.get("null") == "blank":
            null = ""
        return cls(source, options["column"], kind, null, options.get("invalid") == "skip")

    def carried(self, row: Activation) -> bool:
        """Tell whether the row says anything of it."""
        if not mapped.carries(row, self.source) or self.leaves_out(row):
            return False
        return self.null is not None or self.text(row) is not None

    def leaves_out(self, row: Activation) -> bool:
        """Tell whether the row goes without this column, because its value is none of the column's type."""
        return self.skips_invalid and self._is_invalid(row)

    def problem(self, row: Activation) -> str | None:
        """Say why its value cannot be sent, without the value."""
        if self.type not in FORMS or self.skips_invalid or not self._is_invalid(row):
            return None
        return f'"{self.source}" for {self.name} is not {FORMS[self.type].name}'

    def _is_invalid(self, row: Activation) -> bool:
        if self.type not in FORMS:
            return False
        text = mapped.text(row, self.source)
        return text is not None and text != "" and not FORMS[self.type].fits(text)

    def text(self, row: Activation) -> str | None:
        """Return the text that fills it."""
        text = mapped.text(row, self.source)
        if text is None:
            return self.null
        return FORMS[self.type].written(text) if self.type in FORMS else text


def columns_of(options: Mapping[str, Mapping[str, Any]]) -> tuple[Column, ...]:
    """Read all columns, in an order that does not depend on how they were written down."""
    return tuple(sorted((Column.of(*item) for item in options.items()), key=lambda column: column.name))


def carried(columns: Iterable[Column], row: Activation) -> tuple[Column, ...]:
    """Return those that the row says anything of."""
    return tuple(column for column in columns if column.carried(row))


def skipping(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return those whose values rows may go without."""
    return tuple(column for column in columns if column.skips_invalid)


def left_out(columns: Sequence[Column], rows: Iterable[Activation]) -> Counter[str]:
    """Count the values that rows go without, by column."""
    return Counter(column.name for row in rows for column in columns if column.leaves_out(row))


def problems(columns: Iterable[Column], row: Activation) -> Iterator[str]:
    """Yield why values of a row cannot be sent."""
    return filter(None, (column.problem(row) for column in columns))
