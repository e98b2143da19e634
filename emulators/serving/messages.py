"""Requests and answers in HTTP, as far as an emulator looks at them."""

from typing import Literal

import msgspec

JSON = "application/json;charset=UTF-8"


class Request(msgspec.Struct, frozen=True):
    """A request; the path and the query are still percent-encoded, header names are lower case."""

    method: str
    path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: bytes) -> str:
        """Return the value of one header, empty when it is absent."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")

    def has_type(self, expected: str) -> bool:
        """Tell whether Content-Type is ``expected``, whatever its parameters."""
        return self.header(b"content-type").partition(";")[0].strip().lower() == expected


class Answer(msgspec.Struct):
    """An answer, and the part of it that arrives at the client."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = {}
    arrives: Literal["whole", "half", "closed", "never"] = "whole"
