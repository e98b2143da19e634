"""The schema of an org: its objects and their fields, as far as our user sees them.

Source: REST API Developer Guide, ``resources_sobject_describe.htm``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.salesforce.calls import reading
from pipeline.salesforce.client import SalesforceClient
from pipeline.wire.answers import as_documented

COMPOUND = ("address", "location")  # types of fields with parts that are fields of their own

# Types of variables to the types of fields that they read and write; a text may hold any that is written so.
FITTING: Mapping[str, frozenset[str]] = {
    "flag": frozenset(("boolean",)),
    "whole": frozenset(("int", "long", "double", "currency", "percent")),
    "number": frozenset(("int", "long", "double", "currency", "percent")),
    "day": frozenset(("date",)),
    "moment": frozenset(("datetime",)),
    "choice": frozenset(("picklist", "combobox", "string")),
    "set": frozenset(("multipicklist",)),
    "email": frozenset(("email", "string")),
    "phone": frozenset(("phone", "string")),
    "id": frozenset(("id", "reference", "string")),
    "text": frozenset(
        "string textarea email phone url picklist multipicklist combobox encryptedstring id reference".split()
    ),
}
KINDS: Mapping[str, str] = {
    "boolean": "flag",
    "int": "whole",
    "long": "whole",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "date": "day",
    "datetime": "moment",
    "multipicklist": "set",
    "id": "id",
    "reference": "id",
}


@dataclass(frozen=True)
class FieldDescription:
    """One field as an org describes it."""

    name: str
    type: str
    length: int = 0
    createable: bool = False
    updateable: bool = False
    nillable: bool = True
    calculated: bool = False
    filterable: bool = True
    has_default: bool = False
    is_external_id: bool = False
    unique: bool = False
    restricted: bool = False
    values: tuple[str, ...] = ()  # active ones of a picklist
    targets: tuple[str, ...] = ()  # objects that a reference may name
    relationship: str = ""  # by which paths go along a reference

    @property
    def kind(self) -> str:
        """Return the type of a variable that fits best."""
        return KINDS.get(self.type, "text")


@dataclass(frozen=True)
class ObjectDescription:
    """One object; fields that our user does not see are not among its ``fields``."""

    name: str
    fields: Mapping[str, FieldDescription] = field(default_factory=dict)

    def reference_by(self, relationship: str) -> FieldDescription | None:
        """Return the reference that a relationship goes along: "Account" is ``AccountId``'s."""
        return next((each for each in self.fields.values() if each.relationship == relationship), None)


class OrgSchema:
    """Describes objects, each asked for once."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._names: frozenset[str] | None = None
        self._objects: dict[str, ObjectDescription] = {}

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the objects that our user sees."""
        if self._names is None:
            answer = self._client.send(reading(self._client.connector, "/sobjects"))
            with as_documented("a list of objects"):
                self._names = frozenset(str(each.get("name")) for each in answer["sobjects"])
        return self._names

    def describe(self, name: str) -> ObjectDescription:
        """Return one of the objects that are there."""
        if name not in self._objects:
            answer = self._client.send(reading(self._client.connector, f"/sobjects/{name}/describe"))
            with as_documented(f"a description of {name}"):
                fields = [read_field(each) for each in answer["fields"]]
            self._objects[name] = ObjectDescription(name, {each.name: each for each in fields})
        return self._objects[name]


def read_field(given: Mapping[str, Any]) -> FieldDescription:
    """Read a field of an answer."""
    values = given.get("picklistValues") or ()
    return FieldDescription(
        name=str(given["name"]),
        type=str(given["type"]),
        length=int(given.get("length") or 0),
        createable=bool(given.get("createable")),
        updateable=bool(given.get("updateable")),
        nillable=bool(given.get("nillable", True)),
        calculated=bool(given.get("calculated")),
        filterable=bool(given.get("filterable", True)),
        has_default=bool(given.get("defaultedOnCreate")),
        is_external_id=bool(given.get("externalId")),
        unique=bool(given.get("unique")),
        restricted=bool(given.get("restrictedPicklist")),
        values=tuple(str(each["value"]) for each in values if each.get("active", True)),
        targets=tuple(given.get("referenceTo") or ()),
        relationship=str(given.get("relationshipName") or ""),
    )
