"""Series: the numbers under which a producer's chunks are appended, once each."""

import os
import secrets
from base64 import b32encode
from collections import deque
from dataclasses import dataclass, field


def random_name() -> str:
    """Return a unique name of 16 characters (80 random bits); short, because every waiting row holds it."""
    return b32encode(secrets.token_bytes(10)).decode().lower()


@dataclass
class Series:
    """A producer's random name, and the number of the last chunk under it."""

    producer: str = field(default_factory=random_name)
    number: int = 0
    pooled: bool = True  # False: the caller has named it, and numbers its chunks


class SeriesPool:
    """Lends series to chunks, one chunk at a time to each.

    If it is unknown whether a chunk was appended, its series is not given back: the next number under it
    would make that chunk look appended, and a repeat of its activations would be lost.
    """

    def __init__(self) -> None:
        self._free: deque[Series] = deque()
        self._process = os.getpid()

    def take(self) -> Series:
        """Return a free or new series, its number raised by one."""
        if self._process != os.getpid():  # a forked child must not go on with its parent's numbers
            self._free, self._process = deque(), os.getpid()
        try:
            series = self._free.popleft()
        except IndexError:
            series = Series()
        series.number += 1
        return series

    def give_back(self, series: Series) -> None:
        """Free ``series`` after its last chunk is known to be appended; a named one stays its caller's."""
        if series.pooled:
            self._free.append(series)
