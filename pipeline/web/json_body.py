"""JSON bodies of endpoints that take one document."""

from typing import Any

import msgspec
from flask import Request, current_app

from pipeline.web.body import RequestBody
from pipeline.web.body_slots import body_slots
from pipeline.web.problems import Problem
from pipeline.web.rows import JSON, decode, malformed_body

JSON_SHARE = 8  # a JSON body, read whole, may have this part of the size of lines


def json_limit() -> int:
    """Return how many bytes a JSON body may have."""
    most: int = current_app.extensions["stores"].settings.web.max_body
    return most // JSON_SHARE


def read_json(request: Request, *, optional: bool = False) -> Any:
    """Read the body to its end; raises Problem if it is not JSON.

    ``optional``: a request without a body counts as one with an empty object.
    """
    if optional and not has_body(request):
        return {}
    require_json(request)
    with body_slots().slot():
        content = b"".join(RequestBody(request, json_limit()).pieces())
    try:
        return decode(content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        raise malformed_body(content, error) from None


def read_object(request: Request) -> dict[str, Any]:
    """Read a body that is a JSON object."""
    document = read_json(request)
    if not isinstance(document, dict):
        errors = {"json": {"_schema": ["This must be an object with the options of the record."]}}
        raise Problem("invalid-request", "See `errors`.", errors=errors)
    return document


def has_body(request: Request) -> bool:
    """Whether a body was announced."""
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def require_json(request: Request) -> None:
    """Raise Problem if the body is announced as another kind."""
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise Problem("unsupported-media-type", f"Content-Type must be {JSON}.", supported=[JSON])
