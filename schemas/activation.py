"""An activation as a producer gives it, and the entry it becomes in the intake.

The decoder of the pipeline is compiled from the same limits (activation_limits.py).
"""

from marshmallow import Schema

from schemas.activation_fields import CallType, Flag, Identifiers, Moment, Text, Variables
from schemas.activation_limits import LONGEST_ID


class ActivationSchema(Schema):
    """One profile's change in one audience, as it enters from outside."""

    error_messages = {  # noqa: RUF012
        "type": "An activation is an object.",
        "unknown": 'There is no such field; your own data goes under "variables".',
    }

    audience = Text(required=True)
    profile_id = Text(required=True)
    call_type = CallType(required=True)
    identifiers = Identifiers(load_default=dict)
    variables = Variables(load_default=dict)
    occurred_at = Moment(load_default=None)
    id = Text(longest=LONGEST_ID, load_default=None)


class EntrySchema(ActivationSchema):
    """An activation in the intake, with the fields that only the pipeline adds."""

    bulk = Flag(load_default=False)
    auto_id = Text(printable=False, load_default=None)
    destination = Text(printable=False, load_default=None)
    replay = Text(printable=False, load_default=None)
