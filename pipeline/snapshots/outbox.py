"""Outbox: the difference of one destination is appended to the intake, each activation exactly once.

The chunks of a part have a series of their own, named by run and destination. The number of its last chunk is
stored together with the position in the difference. A run that was interrupted before that appends the same
chunks under the same numbers, which ``append.lua`` recognises for a day. This takes one key of Redis for any
size of snapshot; an id for every activation would take one each.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

from pipeline.model.activation import Activation
from pipeline.produce.appender import Appender
from pipeline.produce.chunk import Chunk, Timestamps
from pipeline.produce.series import Series
from pipeline.snapshots.parts import Part
from pipeline.snapshots.views import NOTHING, loads


class Outbox:
    """Appends activations of one part, all with the time at which the snapshot was taken."""

    def __init__(self, appender: Appender, part: Part, taken_at: datetime) -> None:
        self._appender = appender
        self._part = part
        self._taken_at = taken_at
        self._series = Series(series_of(part), part.chunk)
        self._shards: set[int] = set()

    @property
    def chunk(self) -> int:
        """The number of the last chunk that was appended."""
        return self._series.number

    def append(self, rows: Iterable[tuple[str, Any]]) -> int:
        """Append the rows, as (call type, row), that the destination takes; return their number.

        Raises AppendFailed; chunks appended before it are recognised when the same rows are appended again.
        """
        chunk, count = None, 0
        for call_type, row in rows:
            activation = activation_of(self._part, call_type, row, self._taken_at)
            if activation is None:
                continue
            chunk = chunk or self._open()
            chunk.add(activation, bulk=True)
            count += 1
            if chunk.full:
                self._close(chunk)
                chunk = None
        if chunk:
            self._close(chunk)
        self._appender.ring(self._shards)
        self._shards.clear()
        return count

    def _open(self) -> Chunk:
        self._series.number += 1
        return Chunk(self._series, Timestamps())

    def _close(self, chunk: Chunk) -> None:
        self._shards |= self._appender.append_chunk(chunk)


def series_of(part: Part) -> str:
    """Name the series of a part's chunks."""
    return blake2b(f"{part.run}\n{part.destination}".encode(), digest_size=16).hexdigest()


def activation_of(part: Part, call_type: str, row: Any, taken_at: datetime | None) -> Activation | None:
    """Return the activation of a row of a part; None when the destination does not take it."""
    if part.silent or call_type not in part.call_types or row.content == NOTHING:
        return None
    identifiers, variables = loads(row.content)
    return Activation(
        audience=part.audience,
        profile_id=row.profile_id,
        call_type=call_type,
        identifiers=identifiers,
        variables=variables,
        occurred_at=taken_at,
        destination=part.destination,
    )
