"""The options of ``salesforce_task``: a task for each activation."""

from schemas.activation_limits import CALL_TYPES
from schemas.configuration_fields import Flag, SomeOf, Text
from schemas.destination_document import DestinationDocument
from schemas.salesforce import FieldName
from schemas.salesforce_fields import Length, RecordId, TextOrSources


class SalesforceTask(DestinationDocument):
    """Write a task for the person of each activation."""

    subject = Text(required=True)
    description = TextOrSources()
    day = Text()
    status = Text()
    key_field = FieldName()
    reminder = Length()
    queue_owner = RecordId("a user", "005")
    call_types = SomeOf("a call type", CALL_TYPES, load_default=lambda: list(CALL_TYPES))
    existing_members = Flag(load_default=False)
