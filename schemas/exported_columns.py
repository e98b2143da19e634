"""Columns that an export fills: name, type, and the treatment of a null."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from schemas.columns import ColumnName, column_problem
from schemas.configuration_fields import Field, OneOf, Text
from schemas.derived_columns import column_after
from schemas.document import Document, Table
from schemas.mapping import SOURCE, SOURCE_RULE, by_name, collisions

LIST_TYPES = (
    "CHAR", "STR25", "STR50", "STR100", "STR255", "STR500", "STR4000", "INTEGER", "NUMBER", "TIMESTAMP",
)  # fmt: skip
TABLE_TYPES = ("STR500", "STR4000", "INTEGER", "NUMBER", "TIMESTAMP")  # that Responsys can create

IDENTIFIERS = (
    "RIID_", "CUSTOMER_ID_", "EMAIL_ADDRESS_", "MOBILE_NUMBER_", "EMAIL_MD5_HASH_", "EMAIL_SHA256_HASH_",
)  # fmt: skip
# Of Responsys' own columns, those that are neither filled by itself, nor identifiers, nor consent.
OPEN = (
    "CITY_", "COUNTRY_", "EMAIL_FORMAT_", "EMAIL_PERMISSION_REASON_", "MOBILE_COUNTRY_",
    "MOBILE_PERMISSION_REASON_", "POSTAL_CODE_", "POSTAL_PERMISSION_REASON_", "POSTAL_STREET_1_",
    "POSTAL_STREET_2_", "STATE_",
)  # fmt: skip


class ListColumn(Text):
    """A column of a list that may be filled with anything; in upper case, as Responsys has it."""

    def read(self, value: Any) -> str:
        """Refuse identifiers, consent, and columns that Responsys fills itself."""
        name = super().read(value).upper()
        if name in OPEN:
            return name
        if name in IDENTIFIERS:
            raise ValidationError(f'"{name}" is filled from "identifiers"')
        if name.endswith("_PERMISSION_STATUS_"):
            raise ValidationError(f'"{name}" is filled by "permission"')
        if name.endswith("_"):
            raise ValidationError(f'"{name}" cannot be filled; of Responsys\' own can: {", ".join(OPEN)}')
        if problem := column_problem(name):
            raise ValidationError(f'"{name}" cannot be the name of a column: {problem}')
        return name


class TableColumn(ColumnName):
    """A column of a table of ours; in upper case, as Responsys has it."""

    def read(self, value: Any) -> str:
        """Write it as Responsys does."""
        return super().read(value).upper()


class Plain(Field):
    """Text, a number, true or false."""

    def read(self, value: Any) -> str | int | float | bool:
        """Refuse lists, tables and dates."""
        if not isinstance(value, str | int | float):
            raise ValidationError("must be text, a number, true or false")
        return value


class Filled(Document):
    """The base of columns of lists and tables."""

    null = OneOf("something to do with a null", ["skip", "blank"])
    default = Plain()
    invalid = OneOf("something to do with a value that is none of the type", ["refuse", "skip"])

    @validates_schema(skip_on_field_errors=False)
    def one_of_two(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse two answers to one question."""
        if data.keys() >= {"null", "default"}:
            raise ValidationError('says what becomes of a null, and so does "null"', "default")

    @post_load
    def skip(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Leave a null out unless told otherwise."""
        return data if data.keys() & {"null", "default"} else {**data, "null": "skip"}


class FilledInList(Filled):
    """A column of the list; its type says which values it takes, and how dates are written."""

    column = ListColumn(required=True)
    type = OneOf("a type of column", LIST_TYPES)


class FilledInTable(Filled):
    """A column of a table."""

    column = TableColumn(required=True)
    type = OneOf("a type of column", TABLE_TYPES, load_default="STR500")


class Entry(Field):
    """One column, as a table of its own."""

    def __init__(self, schema: type[Filled]) -> None:
        super().__init__()
        self.schema = schema

    def read(self, value: Any) -> dict[str, Any]:
        """Read it by its schema."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be the name of a column, or a table with it")
        loaded: dict[str, Any] = self.schema().load(value)
        return loaded


class ListColumns(Table):
    """Identifiers or variables and the columns of the list that they fill."""

    def __init__(self, schema: type[Filled] = FilledInList, **options: Any) -> None:
        super().__init__(Entry(schema), SOURCE, SOURCE_RULE, **options)

    def read(self, value: Any) -> dict[str, dict[str, Any]]:
        """Refuse two values for one column."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        columns: dict[str, dict[str, Any]] = super().read(
            {
                source: {"column": entry} if isinstance(entry, str) else entry
                for source, entry in value.items()
            }
        )
        if problems := collisions({source: entry["column"] for source, entry in columns.items()}):
            raise ValidationError(problems, valid_data=columns)
        return columns


class TableColumns(ListColumns):
    """The same for a table of ours, where a column may also be named after its variable."""

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(FilledInTable, **options)
        self.most = most

    def read(self, value: Any) -> dict[str, dict[str, Any]]:
        """Name the columns that are not given."""
        entries = {source: {} for source in by_name(value)} if isinstance(value, list) else value
        if not isinstance(entries, Mapping):
            raise ValidationError("must be a table or a list of names")
        if len(entries) > self.most:
            raise ValidationError(f"must not name more than {self.most}, not {len(entries)}")
        return super().read({source: with_column(source, entry) for source, entry in entries.items()})


def with_column(source: str, entry: Any) -> Any:
    """Name the column of an entry that names none; where none can be, the entry is checked as it is."""
    if not isinstance(entry, Mapping) or "column" in entry:
        return entry
    try:
        return {"column": column_after(source), **entry}
    except ValidationError:
        return entry
