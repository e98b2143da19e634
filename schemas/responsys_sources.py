"""Sources of Responsys as they are configured: its events, the fields kept per person, its members."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.configuration_fields import Field, Number, OneOf, Text
from schemas.document import Table
from schemas.mapping import collisions
from schemas.opt_out_fields import opt_out_problem
from schemas.source import MAX_EVERY, ChangingSource, CommonSource

EVENT_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
MOST_TYPES = 100
COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_$#]{0,29}")
COLUMN_RULE = "must be the name of a column of Responsys"
MOST_COLUMNS = 100


class EventTypes(Field):
    """A list of types of events, each once."""

    def read(self, value: Any) -> list[str]:
        """Refuse an empty list, and names that no type of events can have."""
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_TYPES:
            raise ValidationError(f"must be a list of 1 to {MOST_TYPES} types of events")
        if not all(isinstance(word, str) and EVENT_TYPE.fullmatch(word) for word in value):
            raise ValidationError('must be types of events in capitals, such as "CLICK"')
        if len(set(value)) < len(value):
            raise ValidationError("must not name anything twice")
        return list(value)


class EventsSourceDocument(CommonSource):
    """Events of an account, in the order in which they were stored."""

    kind = OneOf("a kind of source", ["responsys_events"], required=True)
    connector = Text(required=True)
    types = EventTypes()
    every = Number(above=0, most=MAX_EVERY, load_default=1)


class ProfilesSourceDocument(CommonSource):
    """Fields kept per person from event files, as far as they changed."""

    kind = OneOf("a kind of source", ["profiles"], required=True)
    audience = Text(required=True, slashes=False)
    every = Number(above=0, most=MAX_EVERY, load_default=60)
    max_change = Number(least=0, most=100, load_default=100)  # percent: a campaign changes most people


class ReadColumns(Table):
    """Columns of Responsys, and the variable that each becomes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Text(), COLUMN, COLUMN_RULE, **options)

    def read(self, value: Any) -> dict[str, str]:
        """Refuse columns of consent, and two columns that become one variable or are one."""
        if isinstance(value, Mapping) and not 1 <= len(value) <= MOST_COLUMNS:
            raise ValidationError(f"must name 1 to {MOST_COLUMNS} columns")
        columns: dict[str, str] = super().read(value)
        problems = {name: [why] for name in columns if (why := opt_out_problem(name))}
        problems |= repeated(columns)
        if problems:
            raise ValidationError(problems, valid_data=columns)
        return {name.upper(): variable for name, variable in columns.items()}


class MembersSourceDocument(ChangingSource):
    """A source of members with a known RIID: their columns, read in turn."""

    kind = OneOf("a kind of source", ["responsys"], required=True)
    connector = Text(required=True)
    columns = ReadColumns(required=True)
    fields_table = Text(slashes=False)
    fields: Field = ReadColumns()  # type: ignore[assignment] # not marshmallow's
    audience = Text(slashes=False)
    every = Number(above=0, most=MAX_EVERY, load_default=15)

    @validates_schema
    def is_of_one_piece(self, document: Mapping[str, Any], **_: Any) -> None:
        """Refuse a table without columns, columns without their table, and a variable of both."""
        problems: dict[str, Any] = {}
        if "fields_table" in document and "fields" not in document:
            problems["fields"] = ["is missing: name the columns of fields_table"]
        if "fields" in document and "fields_table" not in document:
            problems["fields_table"] = ["is missing: name the extension table of fields"]
        both = set(document["columns"].values()) & set(document.get("fields", {}).values())
        if both:
            problems.setdefault("fields", []).append(f"columns have {', '.join(sorted(both))} already")
        if problems:
            raise ValidationError(problems)


def repeated(columns: Mapping[str, str]) -> dict[str, list[str]]:
    """Say which columns are one but for their case, and which variables come from two."""
    problems = collisions({name: name for name in columns})
    first: dict[str, str] = {}
    for name, variable in columns.items():
        if (other := first.setdefault(variable, name)) != name:
            problems.setdefault(name, []).append(f'"{other}" becomes {variable} already')
    return problems
