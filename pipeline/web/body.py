"""The body of a request, piece by piece: unpacked, bounded, and known to be whole.

gunicorn gives a body that ends before its Content-Length like one that is whole, raises errors of its own for
bad chunks, and waits for a silent client for ever unless its socket has a time-out.
"""

import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from flask import Request
from gunicorn.http.errors import NoMoreData, ParseException

from pipeline.web.closing import close_after
from pipeline.web.problems import Problem

PIECE = 64 * 1024  # bytes read at a time
STALL = 30.0  # seconds without a byte
GZIP = 31  # zlib's name for gzip with its header and check
ENCODINGS = ("gzip", "identity")


class RequestBody:
    """Reads a body to its end; ``digest`` is of the unpacked bytes."""

    def __init__(self, request: Request, limit: int) -> None:
        self._environ: dict[str, Any] = request.environ
        self._limit = limit
        self._packed = content_encoding(request) == "gzip"
        self._announced = request.content_length
        self._digest = sha256()
        self.length = 0  # bytes so far, after unpacking

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole body, in hex."""
        return self._digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """Give the body; raises Problem if it is too large, breaks off, stops coming or is no gzip."""
        if not self._packed and self._announced is not None and self._announced > self._limit:
            raise self._too_large()
        for piece in unpacked_pieces(self._received()) if self._packed else self._received():
            self.length += len(piece)
            if self.length > self._limit:
                raise self._too_large()
            self._digest.update(piece)
            yield piece

    def _received(self) -> Iterator[bytes]:
        stream, received = self._environ["wsgi.input"], 0
        socket = self._environ.get("gunicorn.socket")
        if socket is not None:
            socket.settimeout(STALL)
        try:
            while piece := stream.read(PIECE):
                received += len(piece)
                yield piece
        except TimeoutError:
            close_after(self._environ)
            raise Problem(
                "timeout", "Nothing came for 30 s in the middle of the body: send it again."
            ) from None
        except (ParseException, NoMoreData, OSError) as error:
            close_after(self._environ, broken=True)
            raise Problem(
                "malformed-body", f"The body broke off ({type(error).__name__}): send it again."
            ) from None
        finally:
            if socket is not None:
                socket.settimeout(None)
        if self._announced is not None and received < self._announced:
            close_after(self._environ, broken=True)
            detail = f"The body broke off after {received:,} of {self._announced:,} bytes: send it again."
            raise Problem("malformed-body", detail)

    def _too_large(self) -> Problem:
        close_after(self._environ)
        detail = f"At most {self._limit:,} bytes, unpacked: send it in parts."
        return Problem("body-too-large", detail, limit=self._limit)


def content_encoding(request: Request) -> str:
    """Return "gzip" or "identity"; raises Problem for any other."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower() or "identity"
    if encoding not in ENCODINGS:
        raise Problem(
            "unsupported-media-type", "Content-Encoding is gzip, or absent.", supported=list(ENCODINGS)
        )
    return encoding


def unpacked_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip, of several members too, at most ``PIECE`` at a time, so that a bomb ends at the limit."""
    member, began = zlib.decompressobj(GZIP), False
    for piece in pieces:
        while piece:
            began = True
            try:
                yield from inflated_pieces(member, piece)
            except zlib.error:
                raise Problem("malformed-body", "The gzip is broken: pack it again.") from None
            piece = b""
            if member.eof:
                piece, member, began = member.unused_data, zlib.decompressobj(GZIP), False
    if began:
        raise Problem("malformed-body", "The gzip broke off: send it whole.")


def inflated_pieces(member: Any, piece: bytes) -> Iterator[bytes]:
    """Give all that a piece unpacks to; zlib may hold output back though it has taken all input."""
    output = member.decompress(piece, PIECE)
    yield output
    while not member.eof and (member.unconsumed_tail or len(output) == PIECE):
        output = member.decompress(member.unconsumed_tail, PIECE)
        yield output
