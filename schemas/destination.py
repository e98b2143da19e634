"""A destination as it is configured: the options of each action beside those that all have."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import ValidationError, missing

from schemas.activation_limits import CALL_TYPES
from schemas.audience_export import AudienceExport
from schemas.campaign_email import CampaignEmail
from schemas.configuration_fields import Flag, OneOf, SomeOf, Text
from schemas.destination_document import DestinationDocument
from schemas.document import Variant
from schemas.program_entry import ProgramEntry
from schemas.supplemental_table import SupplementalTable


class CustomEvent(DestinationDocument):
    """Trigger a custom event."""

    event = Text(required=True, slashes=False)
    call_types = SomeOf("a call type", CALL_TYPES, load_default=lambda: list(CALL_TYPES))
    on_unknown = OneOf("something to do then", ["resend"], load_default=None)
    existing_members = Flag(load_default=True)


ACTIONS: Mapping[str, type[DestinationDocument]] = {
    "audience_export": AudienceExport,
    "campaign_email": CampaignEmail,
    "custom_event": CustomEvent,
    "program_entry": ProgramEntry,
    "supplemental_table": SupplementalTable,
}


def destination(actions: Mapping[str, type[DestinationDocument]] = ACTIONS) -> Variant:
    """Return the field for a destination of any action."""
    return Variant("action", "an action", actions, DestinationDocument)


def completed(document: Mapping[str, Any], schema: type[DestinationDocument]) -> dict[str, Any]:
    """Add the options that came into being after a document was stored; those it has stay.

    Options without a default stay missing. ``schema`` is that of the document's action.
    """
    if expected(schema) <= document.keys():
        return dict(document)
    try:
        whole: Any = reader(schema).load(document)
    except ValidationError as error:
        whole = error.valid_data
    return {**{name: value for name, value in whole.items() if value is not None}, **document}


def lacking(document: Mapping[str, Any], schema: type[DestinationDocument]) -> list[str]:
    """Name the options that must be given and are not."""
    return sorted(required(schema) - document.keys())


@cache
def reader(schema: type[DestinationDocument]) -> DestinationDocument:
    """Return one instance for all documents: to make one takes longer than to read one."""
    return schema()


@cache
def required(schema: type[DestinationDocument]) -> frozenset[str]:
    """Name the options that must be given."""
    return frozenset(name for name, field in schema().fields.items() if field.required)


@cache
def expected(schema: type[DestinationDocument]) -> frozenset[str]:
    """Name the options that no document lacks once it was loaded."""
    fields = schema().fields.items()
    defaults = {name for name, field in fields if field.load_default not in (missing, None)}
    return required(schema) | defaults | schema.settled
