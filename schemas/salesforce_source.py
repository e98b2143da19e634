"""A source of Salesforce as it is configured: an object of an org, read on from a mark or as a snapshot."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.configuration_fields import Field, Flag, Number, OneOf, Text
from schemas.record_condition import Condition
from schemas.salesforce import FIELD, FieldName
from schemas.source import MAX_EVERY, ChangingSource
from schemas.time_span import TimeSpan

OBJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
MOST_ROLES = 50
WORDS = ("primary", "all")
OF_DEALS = "OpportunityId"
MOST_KEYS = 10
MAX_OVERLAP = 86_400  # seconds


class ObjectName(Field):
    """The name of an object."""

    def read(self, value: Any) -> str:
        """Refuse a name that no object can have."""
        if not isinstance(value, str) or not OBJECT.fullmatch(value):
            raise ValidationError('must be the name of an object, such as "Contact"')
        return value


class People(Field):
    """The people of a record: "primary", "all", or the names of roles."""

    def read(self, value: Any) -> str | list[str]:
        """Refuse other words and an empty list."""
        if value in WORDS or value in [[word] for word in WORDS]:  # a form has lists alone
            return str(value if isinstance(value, str) else value[0])
        if not isinstance(value, list) or not value or len(value) > MOST_ROLES:
            raise ValidationError('must be "primary", "all", or a list of roles')
        return sorted({Text().read(role) for role in value})


class FieldNames(Field):
    """A list of fields."""

    def read(self, value: Any) -> list[str]:
        """Refuse an empty list, and names that no field can have."""
        if not isinstance(value, list) or not value or len(value) > MOST_KEYS:
            raise ValidationError(f"must be a list of 1 to {MOST_KEYS} fields")
        if not all(isinstance(name, str) and FIELD.fullmatch(name) for name in value):
            raise ValidationError('must be names of fields, such as "Customer_Id__c"')
        return list(dict.fromkeys(value))


class SalesforceSourceDocument(ChangingSource):
    """Records of an object, and when they are read."""

    kind = OneOf("a kind of source", ["salesforce"], required=True)
    connector = Text(required=True)
    object = ObjectName(required=True)
    mapping = Text(required=True)
    where = Condition(with_changes=False)
    audience = Text(slashes=False)
    every = Number(above=0, most=MAX_EVERY, required=True)
    snapshot = Flag(load_default=False)
    of = FieldName()
    who = People()
    key_fields = FieldNames()
    full = TimeSpan(load_default="7d")
    overlap = Number(least=0, most=MAX_OVERLAP, load_default=600)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def is_of_one_piece(self, document: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Refuse a snapshot without an audience, a history in a snapshot, and people of no history."""
        problems = {}
        if document.get("snapshot") and "audience" not in given:
            problems["audience"] = ["is missing: a snapshot is of an audience"]
        if document.get("snapshot") and "of" in given:
            problems["of"] = ["goes with snapshot = false"]
        if "who" in given and "of" not in given:
            problems["who"] = ["goes with of: the field with the record whose people are meant"]
        elif "who" in given and given["of"] != OF_DEALS:
            problems["who"] = [f'goes with of = "{OF_DEALS}": deals alone have people by their roles']
        if problems:
            raise ValidationError(problems)
