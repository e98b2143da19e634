"""One row of a batch: an activation that was accepted, as it lies in Redis and as it is read."""

import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import starmap
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct, field

from pipeline.lanes.batch import profile_and_text
from pipeline.model.activation import Activation, CallType, Invalid, decode
from pipeline.text.messages import flatten
from schemas.activation_limits import IDENTIFIERS, PARTNER_NUMBERS

log = logging.getLogger(__name__)

NUL = (
    0  # the byte before the text of a row that has more than its text; finding bytes takes ten times as long
)
NAMES = tuple(name for name in IDENTIFIERS if name not in PARTNER_NUMBERS)


if TYPE_CHECKING:
    Identifiers = dict[str, str]
else:
    Identifiers = dict[Literal[NAMES], str]  # anything else gets its name, or its form, from ``decode``


class CheckedActivation(Activation, frozen=True):
    """An activation with values that were checked when it was accepted, and are not checked again."""

    audience: str
    profile_id: str
    call_type: CallType
    identifiers: Identifiers = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    id: str | None = None
    auto_id: str | None = None
    destination: str | None = None
    replay: str | None = None


NOT_OF_THIS_FORM = (msgspec.MsgspecError, ValueError, RecursionError)

_decode = msgspec.json.Decoder(CheckedActivation).decode


class Row(Struct, frozen=True, gc=False):
    """One row of a batch: the activation as it was read, and as it lies in Redis."""

    activation: Activation
    text: bytes
    problem: str | None = None  # why it cannot be read: it was accepted by an older version of the rules


def read_rows(rows: Sequence[tuple[bytes, bytes]]) -> tuple[Row, ...]:
    """Read the rows of a batch as they lie in Redis, each with its line.

    If one of them has not today's form, it is checked as if it came in now; at once, rows take half the time.
    """
    texts = [row[row.rfind(b"\0") + 1 :] if NUL in row else row for _, row in rows]
    try:
        return tuple(map(Row, map(_decode, texts), texts))
    except NOT_OF_THIS_FORM:
        return tuple(starmap(read_row, rows))


def read_row(line: bytes, row: bytes) -> Row:
    """Read one row as it lies in a line."""
    profile, text = profile_and_text(line, row)
    try:
        return Row(_decode(text), text)
    except NOT_OF_THIS_FORM:
        return reread(profile, text)


def reread(profile: str, text: bytes) -> Row:
    """Read a row that was accepted by an older version of the rules."""
    try:
        return Row(decode(text), text)
    except Invalid as error:
        problem = "; ".join(flatten(error.messages))
    except Exception as error:
        log.exception("row not read")
        problem = f"it cannot be read ({type(error).__name__})"
    return Row(Activation(audience="", profile_id=profile, call_type="UPDATE"), text, problem)
