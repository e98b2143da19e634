"""Content: the bytes of a file, of which the beginning can be looked at before it is read."""

from typing import Protocol

CHUNK = 64 * 1024  # bytes


class Readable(Protocol):
    """A source of bytes."""

    def read1(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, as soon as there are some; b"" at the end."""


class Content:
    """Reads ahead as far as it is looked at; works on a pipe, too."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._start = b""

    def start(self, size: int) -> bytes:
        """Return the first ``size`` bytes or more without taking them; fewer only if these are all."""
        while len(self._start) < size and self._read_ahead():
            pass
        return self._start

    def first_visible(self) -> bytes:
        """Return the first byte that is no blank, without taking it; b"" when there is none."""
        while not (text := self._start.lstrip()) and self._read_ahead():
            pass
        return text[:1]

    def _read_ahead(self) -> bool:
        more = self._source.read1(CHUNK)
        self._start += more
        return bool(more)

    def read1(self, size: int = CHUNK, /) -> bytes:
        """Take at most ``size`` bytes."""
        if not self._start:
            return self._source.read1(size)
        taken, self._start = self._start[:size], self._start[size:]
        return taken

    def skip(self, size: int) -> None:
        """Leave out the first bytes, which were looked at."""
        self._start = self._start[size:]

    read = read1  # as gzip calls it
