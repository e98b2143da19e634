"""Read a JSON body; refuse all of it when any part is not as documented."""

from typing import TypeVar

import msgspec

from emulators.responsys.messages.errors import violated
from emulators.responsys.messages.http import Request

MOST_ROWS = 200  # recipients or records in one call
Body = TypeVar("Body")


def read(request: Request, decoder: msgspec.json.Decoder[Body]) -> Body:
    """Return the decoded body."""
    check_wire(request)
    try:
        return decoder.decode(request.body)
    except msgspec.ValidationError as error:
        raise violated("INVALID_PARAMETER", str(error)) from error
    except msgspec.DecodeError as error:
        raise violated("INVALID_REQUEST_CONTENT", str(error)) from error


def check_wire(request: Request) -> None:
    """Refuse what cannot be read without guessing."""
    if not request.has_type("application/json"):
        raise violated("INVALID_REQUEST_CONTENT", "Content-Type is not application/json")
    if not request.body.isascii():
        raise violated("INVALID_REQUEST_CONTENT", "characters beyond ASCII are not escaped as \\uXXXX")


def check_count(rows: int, what: str, key: str) -> None:
    """Refuse none, and more than 200; ``what`` is "recipient" or "record"."""
    if not rows:
        raise violated("INVALID_PARAMETER", f"{key} is empty")
    if rows > MOST_ROWS:
        reason = f"{rows} {what}s in one call, {MOST_ROWS} are allowed"
        raise violated(f"{what.upper()}_LIMIT_EXCEEDED", reason)
