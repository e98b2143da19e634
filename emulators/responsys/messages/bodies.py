"""JSON bodies: refused as a whole when any part is not as documented."""

from typing import TypeVar

import msgspec

from emulators.responsys.messages.errors import violation_error
from emulators.serving.messages import Request

MOST_ROWS = 200  # recipients or records in one call
Body = TypeVar("Body")


def read_body(request: Request, decoder: msgspec.json.Decoder[Body]) -> Body:
    """Return the decoded body, or raise ApiError."""
    check_encoding(request)
    try:
        return decoder.decode(request.body)
    except msgspec.ValidationError as error:
        raise violation_error("INVALID_PARAMETER", str(error)) from error
    except msgspec.DecodeError as error:
        raise violation_error("INVALID_REQUEST_CONTENT", str(error)) from error


def check_encoding(request: Request) -> None:
    """Refuse a body that is not declared as JSON, or has characters beyond ASCII without an escape."""
    if not request.has_type("application/json"):
        raise violation_error("INVALID_REQUEST_CONTENT", "Content-Type is not application/json")
    if not request.body.isascii():
        raise violation_error("INVALID_REQUEST_CONTENT", "characters beyond ASCII are not escaped as \\uXXXX")


def check_count(rows: int, noun: str, key: str) -> None:
    """Refuse a call of no rows or of more than 200; ``noun`` is "recipient", "record" or "request"."""
    if not rows:
        raise violation_error("INVALID_PARAMETER", f"{key} is empty")
    if rows > MOST_ROWS:
        reason = f"{rows} {noun}s in one call, {MOST_ROWS} are allowed"
        raise violation_error(f"{noun.upper()}_LIMIT_EXCEEDED", reason)
