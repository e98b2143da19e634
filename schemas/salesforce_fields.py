"""Kinds of options that the destinations of Salesforce have: fields, objects, ids, values."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import Field, Text
from schemas.document import Table
from schemas.mapping import Mapped
from schemas.opt_out_fields import opt_out_problem
from schemas.salesforce_id import full_id

FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
FIELD_RULE = 'must be the name of a field, such as "Title"'
LENGTH = re.compile(r"[1-9][0-9]{0,4}[smhdw]")


class WrittenFieldName(Field):
    """A field that may be written, not one of a parent; opt-outs are refused later, where no consent is."""

    def read(self, value: Any) -> str:
        """Refuse a name that no field can have."""
        if not isinstance(value, str) or not FIELD.fullmatch(value):
            raise ValidationError(FIELD_RULE)
        return value


class WrittenFields(Mapped):
    """Identifiers or variables, and the field that each fills."""

    def __init__(self, **options: Any) -> None:
        super().__init__(WrittenFieldName(), **options)

    def read(self, value: Any) -> dict[str, str]:
        """Refuse a list: no variable is called like a field."""
        if isinstance(value, list):
            raise ValidationError("must be a table")
        return super().read(value)


class PlainValue(Field):
    """Text, a number, true or false."""

    def read(self, value: Any) -> Any:
        """Refuse lists, tables and dates, and text of which Salesforce would take a part for a reference."""
        if not isinstance(value, str | int | float):
            raise ValidationError("must be text, a number, true or false")
        if isinstance(value, str) and "@{" in value:
            raise ValidationError('must not contain "@{"')
        return value


class PlainValues(Field):
    """One value or a list of some."""

    def read(self, value: Any) -> list[Any]:
        """Return a list."""
        values = value if isinstance(value, list) else [value]
        if not values:
            raise ValidationError("must name at least one value")
        return [PlainValue().read(each) for each in values]


class FixedValues(Table):
    """Fields with values of their own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(PlainValue(), FIELD, FIELD_RULE, **options)

    def read(self, value: Any) -> dict[str, Any]:
        """Refuse opt-outs."""
        found = super().read(value)
        if problems := {name: [why] for name in found if (why := opt_out_problem(name))}:
            raise ValidationError(problems, valid_data=found)
        return found


class States(Table):
    """Fields with the values that a record must have one of."""

    def __init__(self, **options: Any) -> None:
        super().__init__(PlainValues(), FIELD, FIELD_RULE, **options)


class RecordId(Field):
    """An id of 15 or 18 characters with one of these prefixes; ``thing``: its record, as in "a campaign"."""

    def __init__(self, thing: str, *prefixes: str, **options: Any) -> None:
        super().__init__(**options)
        self.thing, self.prefixes = thing, prefixes

    def read(self, value: Any) -> str:
        """Return its 18 characters."""
        try:
            found = full_id(value if isinstance(value, str) else "")
        except ValueError:
            raise ValidationError(f"must be the id of {self.thing}, of 15 or 18 characters") from None
        if not found.startswith(self.prefixes):
            raise ValidationError(
                f"must be the id of {self.thing}: those begin with {' or '.join(self.prefixes)}"
            )
        return found


class Length(Field):
    """A length of time: "1h"."""

    def read(self, value: Any) -> str:
        """Refuse a text that is no length of time."""
        if not isinstance(value, str) or not LENGTH.fullmatch(value):
            raise ValidationError("must be a length of time: 90s, 30m, 2h, 7d or 1w")
        return value


class TextOrSources(Text):
    """Text for people, or a list of identifiers or variables, each once."""

    def read(self, value: Any) -> Any:
        """Read each name as a text."""
        if not isinstance(value, list):
            return super().read(value)
        names = [super(TextOrSources, self).read(each) for each in value]
        if len(set(names)) < len(names):
            raise ValidationError("must not name anything twice")
        return names


class ObjectNames(Field):
    """A list of objects, each once."""

    def read(self, value: Any) -> list[str]:
        """Refuse an empty list, and names that no object can have."""
        if not isinstance(value, list) or not value or len(set(map(str, value))) < len(value):
            raise ValidationError("must be a list of at least one object, each once")
        if not all(isinstance(each, str) and FIELD.fullmatch(each) for each in value):
            raise ValidationError('must name objects, such as "Lead"')
        return sorted(value)


def doubly_written(fields: Mapping[str, str], fixed: Mapping[str, Any]) -> dict[str, list[str]]:
    """Say which fields get a value of their own as well."""
    both = {name.lower() for name in fields.values()} & {name.lower() for name in fixed}
    return {name: ["gets a value from fields already"] for name in fixed if name.lower() in both}
