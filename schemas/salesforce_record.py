"""The options of ``salesforce_record``: keep records of Salesforce as an audience says."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.activation_limits import CALL_TYPES
from schemas.configuration_fields import Field, Flag, OneOf, SomeOf, Text
from schemas.destination_document import DestinationDocument
from schemas.record_words import PEOPLE
from schemas.salesforce import FieldName
from schemas.salesforce_fields import (
    FixedValues,
    ObjectNames,
    States,
    WrittenFields,
    doubly_written,
)


class SalesforceRecord(DestinationDocument):
    """Change leads and contacts, or upsert rows of another object."""

    objects = ObjectNames()
    mapping = Text()
    fields: Field = WrittenFields(load_default=dict)  # type: ignore[assignment] # not marshmallow's
    set = FixedValues(load_default=dict)
    only_from = States(load_default=dict)
    reach = OneOf("a reach", ["person", "address"], load_default="person")
    create = OneOf("a thing to create", ["never", "Lead"], load_default="never")
    key_field = FieldName()
    duplicates = OneOf("something to do with duplicates", ["refuse", "allow"], load_default="refuse")
    call_types = SomeOf("a call type", CALL_TYPES, load_default=lambda: list(CALL_TYPES))
    existing_members = Flag(load_default=True)

    @validates_schema(skip_on_field_errors=False)
    def agree(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse options that do not go together, all at once."""
        problems = {**nothing_written(data), **of_people(data), **of_another_object(data)}
        if problems:
            raise ValidationError(problems)


def nothing_written(data: Mapping[str, Any]) -> dict[str, Any]:
    """Something must be written, and into each field one thing."""
    if "fields" not in data or "set" not in data:
        return {}
    if not data["fields"] and not data["set"]:
        return {"fields": ['is missing: say what is written, or give "set"']}
    twice = doubly_written(data["fields"], data["set"])
    return {"set": twice} if twice else {}


def of_people(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leads and contacts are found, so they need no key; a lead is created where it may be written."""
    objects = data.get("objects") or PEOPLE
    if not set(objects) <= set(PEOPLE):
        return {}
    problems: dict[str, Any] = {}
    if data.get("key_field"):
        problems["key_field"] = [
            "goes with another object than Lead and Contact, which are found by their ids"
        ]
    if data.get("create") == "Lead" and "Lead" not in objects:
        problems["create"] = ['goes with "Lead" in objects']
    if data.get("create") == "Lead" and data.get("reach") == "address":
        problems["create"] = ['does not go with reach = "address"']
    return problems


def of_another_object(data: Mapping[str, Any]) -> dict[str, Any]:
    """Records of another object are upserted, one object at a time, and are not read before."""
    objects = data.get("objects") or PEOPLE
    if set(objects) <= set(PEOPLE):
        return {}
    if len(objects) > 1:
        return {"objects": ["must be Lead and Contact, or one other object alone"]}
    problems: dict[str, Any] = {}
    if "key_field" not in data:
        problems["key_field"] = [
            f"is missing: the unique external id that records of {objects[0]} are upserted by"
        ]
    elif data["key_field"] in data.get("set", ()):
        problems["set"] = {data["key_field"]: ["must differ from record to record: it is the key"]}
    for option, default in (("only_from", {}), ("reach", "person"), ("create", "never")):
        if data.get(option, default) != default:
            problems[option] = ["goes with Lead and Contact alone"]
    return problems
