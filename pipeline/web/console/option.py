"""Option of a record as a field of a form: its label and help, and its value as text and back."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, missing

from pipeline.text import toml
from pipeline.web.console.option_help import help_of
from pipeline.web.console.settings import label_of
from schemas.configuration_fields import Number
from schemas.exported_columns import Entry
from schemas.record_condition import Condition
from schemas.salesforce_fields import FixedValues, States

AS_TOML = (Condition, FixedValues, States)  # tables with values of any type
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
YES = "yes"  # of a checkbox


class Absent:
    """The value of an option that is not given."""


ABSENT = Absent()


@dataclass(frozen=True)
class Option:
    """One option; ``kind``: text, number, flag, choice, list, table, secret or long."""

    name: str
    kind: str
    field: fields.Field[Any]
    choices: tuple[str, ...] = ()
    section: str = ""  # of the records that have it

    @property
    def label(self) -> str:
        """The label of its field."""
        return label_of(self.name)

    @property
    def help(self) -> str:
        """A line about its meaning."""
        return help_of(self.name, self.section)

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return bool(self.field.required)

    @property
    def default(self) -> Any:
        """The value that counts if none is given; ABSENT if there is none."""
        value = self.field.load_default
        value = value() if callable(value) else value
        if self.required and len(self.choices) == 1:
            return self.choices[0]
        return ABSENT if value is missing or value is None else value

    def text_of(self, value: Any) -> str:
        """Return a stored value as a person would type it."""
        if value is ABSENT or self.kind == "secret":
            return ""
        if self.kind == "flag":
            return YES if value else ""
        if isinstance(self.field, AS_TOML):
            return "\n".join(f"{toml.key(key)} = {toml.value(each)}" for key, each in value.items())
        if self.kind == "table":
            return "\n".join(f"{key} = {self._entry_text(key, each)}" for key, each in value.items())
        if self.kind == "list":
            return value if isinstance(value, str) else "\n".join(map(str, value))
        return f"{value:g}" if isinstance(value, float) else str(value)

    def value_of(self, text: str) -> Any:
        """Return a typed text as the value of a document, ABSENT if it is empty; the schema checks it."""
        if self.kind == "flag":
            return text == YES
        if self.kind not in ("secret", "long"):
            text = text.strip()
        if not text:
            return ABSENT
        if self.kind == "number":
            return number_of(text)
        if isinstance(self.field, AS_TOML):
            return toml_of(text)
        if self.kind in ("list", "table"):
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            return lines if self.kind == "list" else self._table(lines)
        return text.replace("\r\n", "\n")

    def _entry_text(self, key: str, value: Any) -> str:
        """Write an entry of a table: the column alone if that stands for all of the entry, else JSON."""
        if not isinstance(value, Mapping):
            return str(value)
        column = value.get("column")
        try:
            short = self.field.deserialize({key: column}) == {key: value}
        except ValidationError:
            short = False
        return str(column) if short else json.dumps(value, ensure_ascii=False)

    def _table(self, lines: list[str]) -> Any:
        """Read "key = value" lines; lines of names alone are a list, which some tables may be."""
        if not any("=" in line for line in lines):
            return lines
        found: dict[str, Any] = {}
        for line in lines:
            key, _, value = line.partition("=")
            found[key.strip()] = self._entry(value.strip())
        return found

    def _entry(self, text: str) -> Any:
        values = getattr(self.field, "values", None)
        if isinstance(values, Number):
            return number_of(text)
        if isinstance(values, Entry) and text.startswith("{"):
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                return text
        return text


def toml_of(text: str) -> Any:
    """Return a table of TOML; text that is none stays, so that the schema refuses it."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        return text


def number_of(text: str) -> Any:
    """Return a number; text that is none stays, so that the schema refuses it."""
    if WHOLE.fullmatch(text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text
