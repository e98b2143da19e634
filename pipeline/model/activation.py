"""One activation: read from JSON or from a dict, and written as an entry of the intake.

marshmallow takes some 50 µs for each, so a decoder compiled from the schema's own fields goes first.
An activation that the decoder refuses goes through marshmallow, which decides and gives the messages.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from pipeline.errors import PipelineError
from pipeline.model.identifier_forms import identifiers_valid
from pipeline.model.plain import plain
from schemas.activation_limits import (
    CALL_TYPES,
    FIRST_YEAR,
    IDENTIFIERS,
    LARGEST,
    LAST_YEAR,
    LONGEST,
    LONGEST_ID,
    MAX_BYTES,
    PARTNER_NUMBERS,
)

NUL = b"\\u0000"  # as JSON writes it
BACKSLASH = 92  # its first byte; looking for a byte takes a tenth of the time
MAX_ENTRY_BYTES = MAX_BYTES + 2048  # an entry also carries fields that the pipeline adds
# A producer may not set these.
PIPELINE_FIELDS = frozenset(("bulk", "auto_id", "destination", "replay"))
NUMBER_OR_NAME = {**PARTNER_NUMBERS, **{name: number for number, name in PARTNER_NUMBERS.items()}}
# ``normalise`` looks at the characters, faster than a pattern here.
TEXT, OWN_ID = Meta(min_length=1, max_length=LONGEST), Meta(min_length=1, max_length=LONGEST_ID)

if TYPE_CHECKING:
    CallType = str
    Identifiers = dict[str, str]
    Variables = dict[str, str | int | float | bool | None]
else:  # checked by the decoder
    FINITE = Meta(ge=-1.7976931348623157e308, le=1.7976931348623157e308)
    CallType = Literal[CALL_TYPES]
    Identifiers = dict[
        Literal[IDENTIFIERS],
        Annotated[str, Meta(min_length=1, max_length=LONGEST)] | Annotated[int, Meta(ge=0, le=LARGEST)],
    ]
    Variables = dict[
        Annotated[str, Meta(min_length=1, max_length=LONGEST)],
        str | Annotated[int, Meta(ge=-LARGEST - 1, le=LARGEST)] | Annotated[float, FINITE] | bool | None,
    ]


class Invalid(PipelineError):
    """An activation breaks the rules; ``messages`` names rules and fields, in marshmallow's structure."""

    def __init__(self, messages: dict[Any, Any]) -> None:
        super().__init__(f"the activation is not valid: {json.dumps(messages, default=str)}")
        self.messages = messages


class Activation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One profile's change in one audience (docs/messages.md).

    ``identifiers`` is keyed by name, never by partner number, when it comes from this module's functions.
    """

    audience: Annotated[str, TEXT]
    profile_id: Annotated[str, TEXT]
    call_type: CallType
    identifiers: Identifiers = {}
    variables: Variables = {}
    occurred_at: Annotated[datetime, Meta(tz=True)] | None = None
    id: Annotated[str, OWN_ID] | None = None
    # Only an entry of the intake carries the following.
    bulk: bool = False  # waits behind real-time lanes
    auto_id: Annotated[str, TEXT] | None = None  # given by the producer; not looked up for duplicates
    destination: Annotated[str, TEXT] | None = None  # a replay goes to this one only
    replay: Annotated[str, TEXT] | None = None  # the dead letter that is sent again

    def identifier(self, name: str) -> str | None:
        """Return an identifier by its name or its partner number; None if there is none."""
        value = self.identifiers.get(name)
        return value if value is not None else self.identifiers.get(NUMBER_OR_NAME.get(name, name))


encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Activation).decode
_REFUSED = (msgspec.MsgspecError, UnicodeError, RecursionError, TypeError)


def decode(raw: bytes) -> Activation:
    """Read an entry of the intake.

    Raises:
        Invalid: it is no JSON, or breaks a rule of ``EntrySchema``.
    """
    if len(raw) > MAX_ENTRY_BYTES:
        raise too_large(len(raw))
    try:
        activation = _decode(raw)
        if normalise(activation) and (BACKSLASH not in raw or NUL not in raw):
            return activation
    except _REFUSED:
        pass
    return load_by_schema(plain(parse(raw)), is_entry=True)


def from_mapping(mapping: Mapping[str, Any]) -> Activation:
    """Read an activation from outside: a dict that keeps to ``ActivationSchema``.

    Raises:
        Invalid: it breaks a rule, or is larger than 64 KiB.
    """
    return read(mapping)[0]


def read(mapping: Mapping[str, Any], is_plain: bool = False) -> tuple[Activation, bytes]:
    """Read an activation like ``from_mapping``; return it with its JSON.

    ``is_plain``: its values are plain ones (see plain.py). Mostly they are, so it is tried before.
    """
    if type(mapping) is dict and PIPELINE_FIELDS.isdisjoint(mapping):
        try:
            activation = msgspec.convert(mapping, Activation)
            if normalise(activation):
                raw = encode(activation)  # refuses text without a UTF-8 form, and subclasses of str
                if len(raw) <= MAX_BYTES and (BACKSLASH not in raw or NUL not in raw):
                    return activation, raw
        except _REFUSED:
            pass
    return with_json(load_by_schema(mapping, is_entry=False)) if is_plain else read(plain(mapping), True)


def with_json(activation: Activation) -> tuple[Activation, bytes]:
    """Return an activation with its JSON; raises Invalid if that is too large."""
    raw = encode(activation)
    if len(raw) > MAX_BYTES:
        raise too_large(len(raw))
    return activation, raw


def normalise(activation: Activation) -> bool:
    """Name the identifiers as the schema does; False when marshmallow must look at the activation.

    One reason is a character that Python calls not printable: only some of these are refused. Another is a
    blank at an end, which ``plain`` cuts off.
    """
    identity, moment, profile = activation.id, activation.occurred_at, activation.profile_id
    return (
        activation.audience.isprintable()
        and profile.isprintable()
        and (" " not in profile or profile.strip() == profile)  # no other blank is printable
        and (identity is None or identity.isprintable())
        and (moment is None or (FIRST_YEAR <= moment.year <= LAST_YEAR and type(moment.tzinfo) is timezone))
        and identifiers_valid(activation.identifiers)
    )


def load_by_schema(data: Any, *, is_entry: bool) -> Activation:
    """Read an activation by marshmallow; raises Invalid with its messages."""
    from pipeline.model.activation_schemas import checked, masked_messages

    fields, messages = checked(data, is_entry=is_entry)
    if messages:
        raise Invalid(masked_messages(messages))
    return Activation(**fields)


def parse(raw: bytes) -> Any:
    """Parse JSON by the standard library: its messages say where the mistake is."""
    try:
        return json.loads(raw.decode())
    except UnicodeDecodeError as error:
        raise Invalid({"_schema": [f"This is not UTF-8: see byte {error.start}."]}) from None
    except json.JSONDecodeError as error:
        why = error.msg.removesuffix(" at")
        raise Invalid({"_schema": [f"This is not JSON: {why} at character {error.pos + 1}."]}) from None
    except (ValueError, RecursionError):
        raise Invalid(
            {"_schema": ["This is not JSON we can read: nested too deeply, or a number too long."]}
        ) from None


def too_large(size: int) -> Invalid:
    """Build the error for an activation of ``size`` bytes."""
    return Invalid(
        {"_schema": [f"An activation has at most {MAX_BYTES} bytes as JSON; this one has {size}."]}
    )
