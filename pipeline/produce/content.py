"""Content: the bytes of a file, of which the beginning can be looked at before it is read."""

import re
from typing import Protocol

from pipeline.errors import Misconfigured

CHUNK = 64 * 1024  # bytes
MOST_BLANKS = 16 << 20  # bytes that are looked through for a first character
VISIBLE = re.compile(rb"\S")


class Readable(Protocol):
    """A source of bytes."""

    def read1(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, as soon as there are some; b"" at the end."""


class Opened:
    """An open file as it is read."""

    def __init__(self, file: Readable) -> None:
        self._file = file

    def read1(self, size: int = -1, /) -> bytes:
        """Read some bytes; raises Misconfigured if its disk or server does not give them."""
        try:
            return self._file.read1(size)
        except OSError as error:
            raise Misconfigured(f"the file cannot be read: {error.strerror or error}") from error


class Content:
    """Reads ahead as far as it is looked at; works on a pipe, too."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._ahead = bytearray()
        self._taken = 0  # bytes of ``_ahead`` that were read

    def start(self, size: int) -> bytes:
        """Return the first ``size`` bytes or more without taking them; fewer only if these are all."""
        while len(self._ahead) - self._taken < size and self._read_ahead():
            pass
        return bytes(self._ahead[self._taken : self._taken + max(size, CHUNK)])

    def first_visible(self) -> bytes:
        """Return the first byte that is no blank, without taking it; b"" without one among the first."""
        looked = self._taken
        while not (found := VISIBLE.search(self._ahead, looked)):
            looked = len(self._ahead)
            if looked > MOST_BLANKS or not self._read_ahead():
                return b""
        return bytes(found[0])

    def _read_ahead(self) -> bool:
        more = self._source.read1(CHUNK)
        self._ahead += more
        return bool(more)

    def read1(self, size: int = CHUNK, /) -> bytes:
        """Take at most ``size`` bytes."""
        if self._taken == len(self._ahead):
            self._ahead, self._taken = bytearray(), 0
            return self._source.read1(size)
        taken = bytes(self._ahead[self._taken : self._taken + size])
        self._taken += len(taken)
        return taken

    def skip(self, size: int) -> None:
        """Leave out the first bytes, which were looked at."""
        self._taken += size

    read = read1  # as gzip calls it
