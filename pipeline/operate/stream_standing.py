"""Standing of streams: how far each has read, its last run, and what stopped that."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.runtime.stores import Stores
from pipeline.streams.stream_state import StreamState, read_states
from pipeline.text.times import rfc3339


def stream_states(stores: Stores) -> Mapping[str, StreamState]:
    """Return the states of all streams that ever ran, by source."""
    events = stores.events_if_any
    return {} if events is None else read_states(events)


def stream_document(state: StreamState | None) -> dict[str, Any]:
    """Return the standing of a stream for people and programs; None: it never ran.

    ``mark_age``: seconds since the mark. ``baseline``: all records were not read once yet.
    """
    state = state or StreamState("")
    return {
        "running": state.owner is not None,
        "baseline": state.is_baseline,
        "mark_age": mark_age(state),
        "last_run": written(state.finished_at),
        "last_success": written(state.succeeded_at),
        "last_full": written(state.full_at),
        "trouble": state.trouble or None,
        "numbers": state.numbers,
    }


def mark_age(state: StreamState) -> float | None:
    """Return the seconds since the mark; None: nothing was read yet."""
    if state.mark_stamp is None:
        return None
    return round(max(0.0, datetime.now(UTC).timestamp() - state.mark_stamp / 1000), 3)


def written(moment: datetime | None) -> str | None:
    """Return a time for programs."""
    return None if moment is None else rfc3339(moment)
