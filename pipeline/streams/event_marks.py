"""Marks of a source of events: ids in columns of its stream, some of which are texts for ids of records."""

from typing import Any

from pipeline.streams.stream_state import StreamState


def place_of(state: StreamState, column: str) -> int:
    """Return the id in a column of a stream; 0: none was taken yet."""
    return int(getattr(state, column) or 0)


def place_at(column: str, number: int) -> dict[str, Any]:
    """Return the value of a column of a stream: ids of records are texts there."""
    return {column: str(number) if column.endswith("_id") else number}
