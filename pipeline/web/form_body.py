"""Bodies of forms: read whole, within bounds, before Flask looks at their fields."""

import io

from flask import Request

from pipeline.web.body import RequestBody
from pipeline.web.body_slots import body_slots

MAX_FORM = 1024 * 1024  # bytes


def read_form(request: Request) -> None:
    """Put the body of a request in the place of its socket, which would be waited for without end.

    Raises Problem if it is too large, breaks off, stops coming, or too many bodies come in at a time.
    """
    body = RequestBody(request, MAX_FORM)
    with body_slots().slot():
        content = b"".join(body.pieces())
    request.environ |= {
        "wsgi.input": io.BytesIO(content),
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": str(len(content)),
    }
