"""Activations that the decoder refuses, checked by marshmallow; imported when one comes."""

from typing import Any

from marshmallow import ValidationError

from schemas.activation import ActivationSchema, EntrySchema

PRODUCER_SCHEMA, ENTRY_SCHEMA = ActivationSchema(), EntrySchema()


def checked(data: Any, *, is_entry: bool) -> tuple[dict[str, Any], dict[Any, Any]]:
    """Return the fields of an activation, and the messages about them; {} if it has no problem."""
    try:
        return dict((ENTRY_SCHEMA if is_entry else PRODUCER_SCHEMA).load(data)), {}
    except ValidationError as error:
        return {}, error.messages_dict
