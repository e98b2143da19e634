"""A destination as it is configured: what all have, and the options of each action."""

from collections.abc import Mapping

from schemas.activation_fields import CALL_TYPES
from schemas.configuration_fields import Number, OneOf, SomeOf, Text, Whole
from schemas.document import Document, Variant

MAX_ROWS = 200  # records in one call, by Oracle's rule for all of them


class DestinationDocument(Document):
    """What destinations of all actions have."""

    audience = Text(required=True, slashes=False)
    connector = Text(required=True)
    action = Text(required=True)
    max_rows = Whole(least=1, most=MAX_ROWS, load_default=MAX_ROWS)
    max_age = Number(above=0, load_default=600)


class CustomEvent(DestinationDocument):
    """Trigger a custom event."""

    event = Text(required=True, slashes=False)
    call_types = SomeOf("a call type", CALL_TYPES, load_default=lambda: list(CALL_TYPES))
    on_unknown = OneOf("something to do then", ["resend"], load_default=None)


ACTIONS: Mapping[str, type[DestinationDocument]] = {"custom_event": CustomEvent}


def destination() -> Variant:
    """Return the field for a destination of any action."""
    return Variant("action", "an action", ACTIONS, DestinationDocument)
