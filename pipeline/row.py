"""One row of a batch: an activation that was accepted, as it lies in Redis and as it is read."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
from msgspec import field

from pipeline.activation import Activation, Invalid, decode
from pipeline.report import flatten
from schemas.activation_fields import IDENTIFIERS, PARTNER_NUMBERS

NAMES = tuple(name for name in IDENTIFIERS if name not in PARTNER_NUMBERS)


if TYPE_CHECKING:
    Identifiers = dict[str, str]
else:
    Identifiers = dict[Literal[NAMES], str]  # anything else gets its name, or its form, from ``decode``


class Accepted(Activation, frozen=True):
    """An activation whose values were checked when it was accepted, and are not looked at again."""

    audience: str
    profile_id: str
    call_type: str
    identifiers: Identifiers = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    id: str | None = None
    auto_id: str | None = None
    destination: str | None = None
    replay: str | None = None


_decode = msgspec.json.Decoder(Accepted).decode


class Row(NamedTuple):
    """One row of a batch: the activation as it was read, and as it lies in Redis."""

    activation: Activation
    text: bytes
    problem: str | None = None  # why it cannot be read: it was accepted by an older version of the rules

    @classmethod
    def read(cls, profile: str, text: bytes) -> "Row":
        """Read a row."""
        try:
            return cls(accepted(text), text)
        except Invalid as error:
            unread = Activation(audience="", profile_id=profile, call_type="UPDATE")
            return cls(unread, text, "; ".join(flatten(error.messages)))


def accepted(text: bytes) -> Activation:
    """Read an activation that was accepted; what has another form since is checked as if it came in now."""
    try:
        return _decode(text)
    except (msgspec.MsgspecError, UnicodeError):
        return decode(text)
