"""The options of ``salesforce_member``: people as members of a campaign."""

from schemas.activation_limits import CALL_TYPES
from schemas.configuration_fields import Flag, SomeOf, Text
from schemas.destination_document import DestinationDocument
from schemas.salesforce_fields import RecordId


class SalesforceMember(DestinationDocument):
    """Make people members of a campaign, with a status."""

    campaign = RecordId("a campaign", "701", required=True)
    member_status = Text(required=True)
    call_types = SomeOf("a call type", CALL_TYPES, load_default=lambda: list(CALL_TYPES))
    existing_members = Flag(load_default=True)
