"""A pair as it is configured: sources of both sides, and the owner of each variable."""

from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import Field, OneOf, Text
from schemas.document import Document, Table
from schemas.record_mapping import MOST_VARIABLES, VARIABLE, VARIABLE_RULE
from schemas.time_span import TimeSpan

OWNERS = ("salesforce", "responsys", "ask")
MOST_SOURCES = 50


class SourceNames(Field):
    """A list of sources, each once."""

    def read(self, value: Any) -> list[str]:
        """Refuse an empty list, and a name that occurs twice."""
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_SOURCES:
            raise ValidationError(f"must be a list of 1 to {MOST_SOURCES} sources")
        names = [Text().read(name) for name in value]
        if len(set(names)) < len(names):
            raise ValidationError("must not name anything twice")
        return names


class PairedVariables(Table):
    """Variables, and which side wins when both have changed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(OneOf("an owner", OWNERS), VARIABLE, VARIABLE_RULE, **options)

    def read(self, value: Any) -> dict[str, str]:
        """Refuse a table of none."""
        owners: dict[str, str] = super().read(value)
        if not 1 <= len(owners) <= MOST_VARIABLES:
            raise ValidationError(f"must name 1 to {MOST_VARIABLES} variables")
        return owners


class PairDocument(Document):
    """One pair."""

    label = Text()  # for people, beside the name that commands take
    description = Text()
    salesforce = SourceNames(required=True)
    responsys = Text(required=True)
    fields: Field = PairedVariables(required=True)  # type: ignore[assignment] # not marshmallow's
    settle = TimeSpan(load_default="15m")
    mode = OneOf("a mode", ["live", "watch"], load_default="watch")
