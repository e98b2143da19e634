"""Forms of values: each side's own cutting and spelling, by which the sides of a field are compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import ABSENT, written
from pipeline.model.variable_values import DoesNotFit
from pipeline.pairs.field_state import SALESFORCE, SKIPPED, SideName
from pipeline.text.rendering import render

SIZED = re.compile(r"STR([0-9]+)")
FRACTION = re.compile(r"\.[0-9]+")
ONE_LETTER = "CHAR"


@dataclass(frozen=True)
class SideForms:
    """The forms of one variable: its mapping in Salesforce, and the columns of Responsys that it fills."""

    variable: MappedVariable
    columns: Sequence[Mapping[str, Any]] = field(default=())

    def ours(self, side: SideName, value: Any) -> Any:
        """Return a value that was read of a side in the form of the variable."""
        return value if side == SALESFORCE else self._of_text(value)

    def stored(self, side: SideName, value: Any) -> Any:
        """Return the value that a side holds after a write; SKIPPED: the value is not written."""
        return self._in_salesforce(value) if side == SALESFORCE else self._in_responsys(value)

    def _in_salesforce(self, value: Any) -> Any:
        try:
            there = written(self.variable, value)
            if there is ABSENT:
                return SKIPPED
            return None if there is None else self.variable.read(there)
        except DoesNotFit:
            return value  # the write will be refused

    def _in_responsys(self, value: Any) -> Any:
        if value is None:
            return self._null
        text = render(value) or ""
        for kind in self._types:
            size = 1 if kind == ONE_LETTER else int(found[1]) if (found := SIZED.fullmatch(kind)) else None
            text = FRACTION.sub("", text, count=1) if kind == "TIMESTAMP" else text[:size]
        return self._of_text(text)

    @cached_property
    def _types(self) -> tuple[str, ...]:
        return tuple(column["type"] for column in self.columns if column.get("type"))

    @cached_property
    def _null(self) -> Any:
        """The value that a null leaves in Responsys, by the rule of the columns."""
        for column in self.columns:
            if column.get("null") == "blank":
                return None
            if "default" in column:
                return self._of_text(render(column["default"]))
        return SKIPPED

    @cached_property
    def _spellings(self) -> Sequence[Any]:
        return spellings(self.variable.type)

    def _of_text(self, value: Any) -> Any:
        """Return text of Responsys as the variable has it; as it is if it is none of its type."""
        if value is None or value == "":
            return None
        for convert in self._spellings:
            try:
                there = self.variable.write(convert(value))
                return None if there is None else self.variable.read(there)
            except DoesNotFit:
                continue
        return value


def spellings(kind: str) -> Sequence[Any]:
    """Return the spellings of a type in Responsys: a day with a time after it, a time without a zone."""
    if kind == "day":
        return (str, partial(_first, 10))
    if kind == "moment":
        return (str, lambda value: f"{value}Z")
    return (lambda value: value,)


def _first(most: int, value: Any) -> str:
    return str(value)[:most]
