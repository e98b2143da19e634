"""Chunk: up to 500 activations that one append brings into the intake.

A chunk has a number within a series. ``append.lua`` remembers the last number of each series, so a chunk that
is sent again is not appended again.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Raw, Struct
from msgspec.structs import replace

from pipeline.model.activation import Activation, decode, encode
from pipeline.model.shard import shard_of
from pipeline.produce.series import Series

MAX_ENTRIES = 500
MAX_BYTES = 1024 * 1024
CLOCK_RESOLUTION = 0.0001  # seconds; changes within them get the same time. Every append takes longer


class Timestamps:
    """The time in UTC. It never goes back: otherwise a later change would count as the older one."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._until = 0.0
        self._text = ""

    def text(self) -> str:
        """Return the time as JSON."""
        now = self._now()
        if now >= self._until:
            text = encode(datetime.fromtimestamp(now, UTC)).decode()
            if now >= self._until:  # another thread may have been faster
                self._until, self._text = now + CLOCK_RESOLUTION, text
        return self._text


class EntryHead(Struct, gc=False):
    """The fields of an activation on which its entry depends."""

    profile_id: str
    id: str | None = None
    occurred_at: Raw | None = None
    bulk: bool = False


class Chunk:
    """Activations as entries of the intake, in order for each shard."""

    def __init__(self, series: Series, clock: Timestamps) -> None:
        self.series = series
        self.ids: list[str] = []  # given, or made of series, number and index
        self.entries: list[str] = []
        self.shards: dict[int, list[str]] = defaultdict(list)
        self.bulk = False  # part of a backfill
        self.full = False  # 500 entries or 1 MiB: append it before adding more
        self._room = MAX_BYTES
        self._clock = clock
        self._prefix = f"{series.producer}-{series.number}-"

    @property
    def activations(self) -> list[Activation]:
        """Its activations, as they are in the intake."""
        return [decode(entry.encode()) for entry in self.entries]

    def add(self, activation: Activation, bulk: bool = False) -> str:
        """Add an activation and return its id. Without an id or a time it is given one."""
        return self.add_json(encode(replace(activation, auto_id=None)), activation, bulk)

    def add_json(self, raw: bytes, head: Activation | EntryHead, bulk: bool = False) -> str:
        """Add the JSON of an activation, as ``add`` does: encoding costs as much as the rest here."""
        identity, entries = head.id, self.entries
        if identity:
            fields = ""
        else:
            identity = f"{self._prefix}{len(entries)}"
            fields = f',"auto_id":"{identity}"'
        if not head.occurred_at:
            fields = f'{fields},"occurred_at":{self._clock.text()}'
        if bulk and not head.bulk:
            fields += ',"bulk":true'
        entry = with_fields(raw, fields)
        self.ids.append(identity)
        entries.append(entry)
        self.shards[shard_of(head.profile_id)].append(entry)
        self.bulk = bulk or head.bulk
        self._room -= len(raw)
        self.full = self._room <= 0 or len(entries) >= MAX_ENTRIES
        return identity


def with_fields(raw: bytes, fields: str) -> str:
    """Return the JSON object ``raw`` with further fields, each written with a comma before it.

    ``{"profile_id":"p-1"}`` with ``,"bulk":true`` becomes ``{"profile_id":"p-1","bulk":true}``. Encoding the
    activation again would take ten times as long.
    """
    return f"{raw.decode()[:-1]}{fields}}}"
