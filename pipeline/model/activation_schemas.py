"""Activations that the decoder refuses, checked by marshmallow; imported when one comes."""

from typing import Any

from marshmallow import ValidationError

from pipeline.text.redaction import masked
from schemas.activation import ActivationSchema, EntrySchema

LONGEST_KEY = 64  # bits of a number that is a key
PRODUCER_SCHEMA, ENTRY_SCHEMA = ActivationSchema(), EntrySchema()


def checked(data: Any, *, is_entry: bool) -> tuple[dict[str, Any], dict[Any, Any]]:
    """Return the fields of an activation, and the messages about them; {} if it has no problem."""
    try:
        return dict((ENTRY_SCHEMA if is_entry else PRODUCER_SCHEMA).load(data)), {}
    except ValidationError as error:
        return {}, error.messages_dict


def masked_messages(messages: dict[Any, Any]) -> dict[Any, Any]:
    """Mask the paths of messages: a producer that swaps names and values would show addresses in them."""
    return {
        shown(key): masked_messages(inner) if isinstance(inner, dict) else inner
        for key, inner in messages.items()
    }


def shown(key: Any) -> Any:
    """Return a key of a path as JSON can have it; one of another type, which no JSON has, by its type."""
    if isinstance(key, str):
        return masked(key)
    is_short = key is None or (isinstance(key, int) and key.bit_length() <= LONGEST_KEY)
    return key if is_short else f"({type(key).__name__})"
