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
    """Return the body, unpacked where it is gzip; raises ValueError where it is not what it says."""
    if request.header(b"content-encoding").lower() != "gzip":
        return request.body
    try:
        return zlib.decompress(request.body, wbits=31)
    except zlib.error as error:
        raise ValueError(f"the body is not gzip: {error}") from error
