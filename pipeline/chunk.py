"""A chunk: up to 500 activations that are appended to the intake in one go.

Every chunk has a number within a series, and ``append.lua`` remembers the last number of each series, so that
a chunk is appended once however often it is sent.
"""

import os
import secrets
from base64 import b32encode
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from zlib import crc32

from msgspec.structs import replace

from pipeline.activation import Activation, encode
from pipeline.intake import SHARDS

MAX_ENTRIES = 500
MAX_BYTES = 1024 * 1024


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

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or partial(datetime.now, UTC)
        self._latest = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        now = self._now()
        if now > self._latest:
            self._latest = now
        return self._latest


class Chunk:
    """Activations as entries of the intake, in order for each shard."""

    def __init__(self, series: Series, clock: Clock) -> None:
        self.series = series
        self.activations: list[Activation] = []
        self.shards: dict[int, list[bytes]] = defaultdict(list)
        self._size = 0
        self._clock = clock
        self._prefix = f"{series.producer}-{series.number}-"

    @property
    def full(self) -> bool:
        """True when the chunk should be appended before more is added."""
        return len(self.activations) >= MAX_ENTRIES or self._size >= MAX_BYTES

    @property
    def bulk(self) -> bool:
        """True when it is part of a backfill."""
        return bool(self.activations) and self.activations[-1].bulk

    @property
    def ids(self) -> list[str]:
        """The ids of its activations, chosen or given."""
        return [entry.id or entry.auto_id or "" for entry in self.activations]

    def add(self, activation: Activation, bulk: bool = False) -> str:
        """Add an activation and return its id; it gets one when it has none, and a time."""
        auto_id = None if activation.id else f"{self._prefix}{len(self.activations)}"
        entry = replace(
            activation,
            occurred_at=activation.occurred_at or self._clock(),
            auto_id=auto_id,
            bulk=bulk or activation.bulk,
        )
        raw = encode(entry)
        self.shards[crc32(entry.profile_id.encode()) % SHARDS].append(raw)
        self.activations.append(entry)
        self._size += len(raw)
        return auto_id or activation.id or ""
