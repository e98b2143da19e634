"""Many rows: activated chunk by chunk, in constant memory."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.model.activation import Activation, Invalid, read
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.produce.audiences import Audiences, UnknownAudience
from pipeline.produce.chunk import Chunk
from pipeline.produce.own_ids import OwnIds
from pipeline.produce.report import Report

# A ring costs as much as a hundred rows, and a worker spends less on each row the more it finds.
RING_EVERY = 0.5  # seconds
RING_AFTER = 8_000  # rows, 500 in each shard
PROGRESS_EVERY = 500  # rows


@dataclass
class ManyRows:
    """One run over many rows."""

    appender: Appender
    audiences: Audiences
    report: Report
    audience: str | None  # of rows that name none
    bulk: bool  # the rows wait behind real-time ones
    ids: bool  # ``report`` lists them
    progress: Callable[[int], None] | None

    own_ids: OwnIds = field(default_factory=OwnIds)
    chunk: Chunk | None = None
    shards: set[int] = field(default_factory=set)  # to ring for
    rung_at: float = -math.inf
    unrung: int = 0  # rows appended since

    def activate(self, rows: Iterable[Mapping[str, Any]]) -> Report:
        """Append the rows that are valid. If ``rows`` raises, the rows before are appended all the same."""
        try:
            count = self._add(rows)
        finally:
            self._append()
            self._ring()
        if self.progress:
            self.progress(count)
        return self.report

    def _add(self, rows: Iterable[Mapping[str, Any]]) -> int:
        count, audience, require = 0, self.audience, self.audiences.require
        for count, row in enumerate(rows, 1):
            try:
                activation, raw = read(row) if audience is None else read_row(row, audience)
                require(activation.audience)
                if activation.id is not None and self.own_ids.is_repeat(activation):
                    self.report.repeated += 1
                chunk = self.chunk or self._new_chunk()
                chunk.add_json(raw, activation, self.bulk)
                if chunk.full:
                    self._append()
            except Invalid as error:
                self.report.refuse(count - 1, error.messages)
            except UnknownAudience as error:
                self.report.refuse(count - 1, {"audience": [str(error)]})
            if self.progress and count % PROGRESS_EVERY == 0:
                self.progress(count)
        return count

    def _new_chunk(self) -> Chunk:
        self.chunk = self.appender.new_chunk()
        return self.chunk

    def _append(self) -> None:
        chunk, self.chunk = self.chunk, None
        if not chunk:
            return
        try:
            self.shards |= self.appender.append_chunk(chunk)
        except AppendFailed as error:
            error.report = self.report
            raise
        self.report.accepted += len(chunk.ids)
        self.unrung += len(chunk.ids)
        if self.ids:
            self.report.ids += chunk.ids
        if self.unrung >= RING_AFTER or time.monotonic() >= self.rung_at + RING_EVERY:
            self._ring()

    def _ring(self) -> None:
        self.appender.ring(self.shards)
        self.shards = set()
        self.rung_at, self.unrung = time.monotonic(), 0


def read_row(row: Mapping[str, Any], audience: str) -> tuple[Activation, bytes]:
    """Read one row of ``audience``; raises Invalid, also when the row names another one."""
    if isinstance(row, (dict, Mapping)):  # of a dict, Mapping alone takes longer to tell
        row = {"audience": audience, **row}
    activation, raw = read(row)
    if activation.audience != audience:
        raise Invalid({"audience": [f'This row is for another audience than "{audience}".']})
    return activation, raw
