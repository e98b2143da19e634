"""Activate many rows, chunk by chunk, in constant memory."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.activation import Activation, Invalid, from_mapping
from pipeline.appender import Appender, AppendFailed
from pipeline.audiences import Audiences, UnknownAudience
from pipeline.chunk import Chunk
from pipeline.report import Report

# A ring takes as long as a hundred rows, and who answers it spends less on each row the more there are.
RING_EVERY = 0.5  # seconds
RING_AFTER = 8_000  # rows, 500 in each shard
PROGRESS_EVERY = 500  # rows


@dataclass
class Bulk:
    """One run over many rows."""

    appender: Appender
    audiences: Audiences
    report: Report
    audience: str | None  # of rows that do not name theirs
    bulk: bool  # the rows wait behind real-time ones
    ids: bool  # report them
    progress: Callable[[int], None] | None

    chunk: Chunk | None = None
    shards: set[int] = field(default_factory=set)  # to ring for
    rung_at: float = -math.inf
    unrung: int = 0  # rows appended since

    def activate(self, rows: Iterable[Mapping[str, Any]]) -> Report:
        """Append the rows that are valid; when ``rows`` breaks off, those that it gave are appended."""
        count = 0
        try:
            for count, row in enumerate(rows, 1):
                self._add(count - 1, row)
                if self.progress and count % PROGRESS_EVERY == 0:
                    self.progress(count)
        finally:
            self._append()
            self._ring()
        if self.progress:
            self.progress(count)
        return self.report

    def _add(self, index: int, row: Mapping[str, Any]) -> None:
        try:
            activation = read_row(row, self.audience)
            self.audiences.require(activation.audience)
        except Invalid as error:
            self.report.refuse(index, error.messages)
            return
        except UnknownAudience as error:
            self.report.refuse(index, {"audience": [str(error)]})
            return
        self.chunk = self.chunk or self.appender.open()
        self.chunk.add(activation, self.bulk)
        if self.chunk.full:
            self._append()

    def _append(self) -> None:
        chunk, self.chunk = self.chunk, None
        if not chunk:
            return
        try:
            self.shards |= self.appender.append_chunk(chunk)
        except AppendFailed as error:
            error.report = self.report
            raise
        self.report.accepted += len(chunk.activations)
        self.unrung += len(chunk.activations)
        if self.ids:
            self.report.ids += chunk.ids
        if self.unrung >= RING_AFTER or time.monotonic() >= self.rung_at + RING_EVERY:
            self._ring()

    def _ring(self) -> None:
        self.appender.ring(self.shards)
        self.shards = set()
        self.rung_at, self.unrung = time.monotonic(), 0


def read_row(row: Mapping[str, Any], audience: str | None) -> Activation:
    """Read one row, which need not name its audience, but no other than ``audience``; raises Invalid."""
    if audience is not None and isinstance(row, Mapping):
        row = {"audience": audience, **row}
    activation = from_mapping(row)
    if audience not in (None, activation.audience):
        raise Invalid({"audience": [f'This row is for another audience than "{audience}".']})
    return activation
