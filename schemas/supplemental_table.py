"""The options of ``supplemental_table``: keep rows of a supplemental table in line with an audience."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from schemas.activation_limits import CALL_TYPES
from schemas.configuration_fields import Field, Flag, OneOf, SomeOf, Text, not_there
from schemas.destination_document import DestinationDocument
from schemas.exported_columns import Filled, ListColumns, TableColumn

ENTERING = [each for each in CALL_TYPES if each != "REMOVE"]
TYPES = ("CHAR", "STR25", "STR100", "STR500", "STR4000", "INTEGER", "NUMBER", "TIMESTAMP")
UPDATES = ("REPLACE_ALL", "NO_UPDATE")  # Responsys' own words
ON_REMOVE = ("delete", "nothing")


class FilledInSupplemental(Filled):
    """A column of a supplemental table; its type only says how dates are written."""

    column = TableColumn(required=True)
    type = OneOf("a type of column", TYPES)


class ColumnNames(Field):
    """Names of columns, each once, in the order given; at least one."""

    def read(self, value: Any) -> list[str]:
        """Write them as Responsys does."""
        if not isinstance(value, list) or not value:
            raise ValidationError("must be a list of at least one column")
        names = [TableColumn().read(name) for name in value]
        if len(set(names)) < len(names):
            raise ValidationError("must not name anything twice")
        return names


class SupplementalTable(DestinationDocument):
    """Merge rows into a supplemental table."""

    settled = frozenset({"call_types"})

    folder = Text(required=True, slashes=False)
    table = Text(required=True, slashes=False)
    columns = ListColumns(FilledInSupplemental, required=True)
    key = ColumnNames(load_default=None)
    match_columns = ColumnNames(load_default=None)
    insert_on_no_match = Flag(load_default=True)
    update_on_match = OneOf("a rule for rows that match", UPDATES, load_default="REPLACE_ALL")
    on_remove = OneOf("something to do then", ON_REMOVE, load_default="nothing")
    call_types = SomeOf("a call type", CALL_TYPES, load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def agree(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse options that do not go together, all at once."""
        problems: dict[str, list[str]] = {}
        for rule in (columns, keys, leaving):
            for option, problem in rule(data):
                problems.setdefault(option, []).append(problem)
        if problems:
            raise ValidationError(problems)

    @post_load
    def default_call_types(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take leavers where something is done about them."""
        default = list(CALL_TYPES) if data["on_remove"] == "delete" else ENTERING
        return {**data, "call_types": data["call_types"] or default}


def columns(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """There is something to fill, and rows are found by columns that are filled."""
    if data.get("columns") == {}:
        yield "columns", "must name at least one column"
    if not data.get("columns") or not all("column" in (entry or ()) for entry in data["columns"].values()):
        return  # options half read cannot be checked further
    filled = [entry["column"] for entry in data["columns"].values()]
    for option in ("key", "match_columns"):
        for name in data.get(option) or ():
            if name not in filled:
                yield option, not_there(name, "one of the columns", filled)


def keys(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A table has a primary key, or it has none."""
    if data.get("key") and data.get("match_columns"):
        yield "match_columns", 'is for tables without a primary key; leave it out, or "key"'


def leaving(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Rows of profiles that leave are deleted by the primary key."""
    way, taken = data.get("on_remove"), data.get("call_types")
    if way == "delete" and "key" in data and not data["key"]:
        yield "key", 'is missing: on_remove = "delete" finds a row by the columns of the primary key'
    if way and taken and ("REMOVE" in taken) != (way == "delete"):
        yield "call_types", f'on_remove = "{way}" {"needs" if way == "delete" else "has no use for"} REMOVE'
