"""JSON bodies, read strictly and written."""

import zlib
from typing import Any

import msgspec

from emulators.serving.messages import Answer, Request

encode = msgspec.json.encode


def json_answer(content: Any, status: int = 200) -> Answer:
    """Answer with ``content`` as JSON."""
    return Answer(status, encode(content))


def unpacked_body(request: Request) -> bytes:
    """Return the body, unpacked if the head says gzip; raises ValueError if it is no gzip."""
    if request.header(b"content-encoding").lower() != "gzip":
        return request.body
    try:
        return zlib.decompress(request.body, wbits=31)
    except zlib.error as error:
        raise ValueError(f"the body is not gzip: {error}") from error
