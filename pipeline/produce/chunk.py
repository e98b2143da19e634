"""A chunk: up to 500 activations that are appended to the intake in one go.

Every chunk has a number within a series, and ``append.lua`` remembers the last number of each series, so that
a chunk is appended once however often it is sent.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from pipeline.model.activation import Activation, decode, encode
from pipeline.model.shard import shard_of
from pipeline.produce.series import Series

MAX_ENTRIES = 500
MAX_BYTES = 1024 * 1024
CLOCK_RESOLUTION = 0.0001  # seconds for which the clock tells the same time: less than any append takes


class Timestamps:
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
                self._until, self._text = now + CLOCK_RESOLUTION, text
        return self._text


class Chunk:
    """Activations as entries of the intake, in order for each shard."""

    def __init__(self, series: Series, clock: Timestamps) -> None:
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
        self.shards[shard_of(activation.profile_id)].append(entry)
        self.bulk = bulk or activation.bulk
        self._room -= len(raw)
        self.full = self._room <= 0 or len(entries) >= MAX_ENTRIES
        return identity
