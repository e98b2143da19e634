"""A destination as it is configured: the options of each action beside what all have."""

from collections.abc import Mapping

from schemas.activation_fields import CALL_TYPES
from schemas.audience_export import AudienceExport
from schemas.campaign_email import CampaignEmail
from schemas.configuration_fields import Flag, OneOf, SomeOf, Text
from schemas.destination_document import DestinationDocument
from schemas.document import Variant
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
    "supplemental_table": SupplementalTable,
}


def destination() -> Variant:
    """Return the field for a destination of any action."""
    return Variant("action", "an action", ACTIONS, DestinationDocument)
