"""A chunk: up to 500 activations that are appended to the intake in one go.

Every chunk has a number within a series, and ``append.lua`` remembers the last number of each series, so that
a chunk is appended once however often it is sent.
"""

import os
import secrets
import time
from base64 import b32encode
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zlib import crc32

from msgspec.structs import replace

from pipeline.accept.intake import SHARDS
from pipeline.model.activation import Activation, decode, encode

MAX_ENTRIES = 500
MAX_BYTES = 1024 * 1024
GRAIN = 0.0001  # seconds for which the clock tells the same time: less than any append takes


def random_name() -> str:
    """Return a name that nobody else has: 80 random bits in 16 characters, for every waiting row holds it."""
    return b32encode(secrets.token_bytes(10)).decode().lower()


@dataclass
class Series:
    """A producer's random name, and the number of the last chunk under it."""

    producer: str = field(default_factory=random_name)
    number: int = 0


class Numbers:
    """Lends series to chunks, one chunk at a time to each.

    A series whose chunk may or may not have been appended is not given back: the next number under it
    would make that chunk look appended, and who repeats its activations would lose them.
    """

    def __init__(self) -> None:
        self._free: deque[Series] = deque()
        self._process = os.getpid()

    def take(self) -> Series:
        """Return a series, with its next number."""
        if self._process != os.getpid():  # a fork must not go on with its parent's numbers
            self._free, self._process = deque(), os.getpid()
        try:
            series = self._free.popleft()
        except IndexError:
            series = Series()
        series.number += 1
        return series

    def give_back(self, series: Series) -> None:
        """Let the next chunk have ``series``: its last one has been appended."""
        self._free.append(series)


class Clock:
    """The time in UTC, which never goes back, or a later change would count as the older one."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._until = 0.0
        self._text = ""

    def text(self) -> str:
        """Return the time as JSON."""
        now = self._now()
        if now >= self._until:
            text = encode(datetime.fromtimestamp(now, UTC)).decode()
            if now >= self._until:  # unless another thread was faster
                self._until, self._text = now + GRAIN, text
        return self._text


class Chunk:
    """Activations as entries of the intake, in order for each shard."""

    def __init__(self, series: Series, clock: Clock) -> None:
        self.series = series
        self.ids: list[str] = []  # chosen or given
        self.entries: list[str] = []
        self.shards: dict[int, list[str]] = defaultdict(list)
        self.bulk = False  # part of a backfill
        self.full = False  # it should be appended before more is added
        self._room = MAX_BYTES
        self._clock = clock
        self._prefix = f"{series.producer}-{series.number}-"

    @property
    def activations(self) -> list[Activation]:
        """Its activations, as they are in the intake."""
        return [decode(entry.encode()) for entry in self.entries]

    def add(self, activation: Activation, bulk: bool = False, raw: bytes | None = None) -> str:
        """Add an activation and return its id; it gets one when it has none, and a time.

        ``raw`` is its JSON, for who has that already: writing it takes as long as all the rest here.
        """
        raw = raw or encode(replace(activation, auto_id=None))
        identity, entries = activation.id, self.entries
        if identity:
            added = ""
        else:
            identity = f"{self._prefix}{len(entries)}"
            added = f',"auto_id":"{identity}"'
        if not activation.occurred_at:
            added = f'{added},"occurred_at":{self._clock.text()}'
        if bulk and not activation.bulk:
            added += ',"bulk":true'
        entry = f"{raw.decode()[:-1]}{added}}}"
        self.ids.append(identity)
        entries.append(entry)
        self.shards[crc32(activation.profile_id.encode()) % SHARDS].append(entry)
        self.bulk = bulk or activation.bulk
        self._room -= len(raw)
        self.full = self._room <= 0 or len(entries) >= MAX_ENTRIES
        return identity
