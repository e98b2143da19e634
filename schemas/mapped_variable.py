"""A variable of a mapping as it is configured: its field, its type, and the rules of reading and writing."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.configuration_fields import Field, OneOf, Text, Whole
from schemas.document import Document, Table

OBJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
PATH = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}(?:\.[A-Za-z][A-Za-z0-9_]{0,79})?")
TYPES = ("text", "flag", "whole", "number", "day", "moment", "choice", "set", "email", "phone", "id")
FORMS = ("trim", "squeeze", "lower", "upper", "digits", "cut")
FITTING_FORMS: Mapping[str, tuple[str, ...]] = {
    "text": FORMS,
    "email": ("trim", "lower"),
    "phone": ("trim",),
    "choice": ("trim",),
}
OF_TYPES: Mapping[str, tuple[str, ...]] = {  # keys that variables of these types alone have
    "length": ("text", "choice", "set", "email", "phone"),
    "places": ("number",),
    "values": ("choice",),
    "other": ("choice",),
    "region": ("phone",),
}
IS_OF_TYPE: Mapping[str, Callable[[Any], bool]] = {
    "flag": lambda value: isinstance(value, bool),
    "whole": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
LONGEST_TEXT = 131_072  # characters of a long text area
MOST_PLACES = 17  # decimal places of a number


class FieldPath(Field):
    """A field by its name, or one of a parent: "Account.Name"."""

    def read(self, value: Any) -> str:
        """Refuse paths of more than two names, and names that no field can have."""
        if not isinstance(value, str) or not PATH.fullmatch(value):
            raise ValidationError('must be a field, such as "FirstName", or one of a parent: "Account.Name"')
        return value


class Fields(Field):
    """A field that all objects have, or a table of objects with the field of each."""

    objects = Table(FieldPath(), OBJECT, "must be the name of an object")

    def read(self, value: Any) -> Any:
        """Read the path, or the table of paths."""
        if not isinstance(value, Mapping):
            return FieldPath().read(value)
        if not value:
            raise ValidationError("must name at least one object")
        return self.objects.read(value)


class Forms(Field):
    """A list of forms, in the order in which they are applied."""

    def read(self, value: Any) -> list[str]:
        """Refuse unknown forms, and one that is named twice."""
        if not isinstance(value, list):
            raise ValidationError(f"must be a list of: {', '.join(FORMS)}")
        forms = [OneOf("a form", FORMS).read(each) for each in value]
        if len(set(forms)) < len(forms):
            raise ValidationError("must not name anything twice")
        return forms


class Region(Field):
    """The country of phone numbers without a country code: "FR"."""

    def read(self, value: Any) -> str:
        """Refuse a region of which no numbers are known."""
        from phonenumbers import SUPPORTED_REGIONS

        if not isinstance(value, str) or value not in SUPPORTED_REGIONS:
            raise ValidationError('must be a country by its two letters, such as "FR"')
        return value


class AnyPlain(Field):
    """Text, a number, true or false; ``fits`` looks at its type."""

    def read(self, value: Any) -> Any:
        """Refuse lists, tables and dates."""
        if not isinstance(value, str | int | float):
            raise ValidationError("must be text, a number, true or false")
        return value


class MappedVariableDocument(Document):
    """One variable."""

    salesforce = Fields(required=True)
    type = OneOf("a type", TYPES)
    length = Whole(least=1, most=LONGEST_TEXT)
    places = Whole(least=0, most=MOST_PLACES)
    values = Table(Text(), re.compile(r"[^\x00-\x1f\x7f]{1,255}"), "must be a value of the picklist")
    other = Text()
    region = Region()
    form = Forms()
    null = OneOf("something to do with a null", ["skip", "blank"])
    default = AnyPlain()
    create = AnyPlain()

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def fits(self, data: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Refuse options that do not go with the type."""
        if "type" in given and "type" not in data:
            return
        kind = data.get("type", "text")
        problems = {
            key: [f"goes with the type {' or '.join(kinds)} alone"]
            for key, kinds in OF_TYPES.items()
            if key in data and kind not in kinds
        }
        if forms := form_problems(data, given, kind):
            problems["form"] = forms
        is_fitting = IS_OF_TYPE.get(kind, lambda value: isinstance(value, str))
        for key in ("default", "create"):
            if key in data and not is_fitting(data[key]):
                problems[key] = [f"is not of the type {kind}"]
        if data.keys() >= {"null", "default"}:
            problems["default"] = ['says what becomes of a null, and so does "null"']
        if "other" in data and "values" not in given:
            problems["other"] = ["goes with values alone"]
        if problems:
            raise ValidationError(problems)


def form_problems(data: Mapping[str, Any], given: Mapping[str, Any], kind: str) -> list[str]:
    """Return why the forms do not go with the type; ``given``: all keys, as they were written."""
    forms = data.get("form", [])
    strange = [form for form in forms if form not in FITTING_FORMS.get(kind, ())]
    problems = [f'"{form}" does not go with the type {kind}' for form in strange]
    if "cut" in forms and "length" not in given:
        problems.append('"cut" needs a length')
    if {"lower", "upper"} <= set(forms):
        problems.append('"lower" and "upper" contradict each other')
    return problems
