"""Streams of the installation: how far each is read, and how its last run ended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from pipeline.model.source import EventsSource, PeopleSource, ProfilesSource, Source
from pipeline.operate.event_columns import unknown_columns
from pipeline.records.catalog import Catalog
from pipeline.records.stops import stop_of
from pipeline.stores.row_lease import LEASE
from pipeline.streams.stream_state import StreamState, read_states

NUMBERED = (PeopleSource, EventsSource, ProfilesSource)  # sources with a number as their mark


@dataclass(frozen=True)
class StreamStatus:
    """One source that is read on from a mark."""

    source: Source
    state: str  # running, ready, held, disabled
    run: StreamState
    at: datetime
    unknown_columns: tuple[tuple[str, str], ...] = ()  # rules, and columns in ``once`` that no event has

    @property
    def mark_age(self) -> float | None:
        """Seconds since the mark; None: nothing was read yet, or the mark is no moment."""
        mark = None if isinstance(self.source, NUMBERED) else self.run.mark_stamp
        return None if mark is None else max(0.0, self.at.timestamp() - mark / 1000)

    @property
    def is_reading_all(self) -> bool:
        """Whether a reading from the beginning is under way."""
        return self.run.full is not None

    def document(self) -> dict[str, Any]:
        """Return it for programs; lengths of time are seconds."""
        run = self.run
        return {
            "name": self.source.name,
            "state": self.state,
            "mark_age": self.mark_age,
            "reading_all": self.is_reading_all,
            "started_at": moment_text(run.started_at),
            "finished_at": moment_text(run.finished_at),
            "succeeded_at": moment_text(run.succeeded_at),
            "full_at": moment_text(run.full_at),
            "trouble": run.trouble or None,
            "numbers": run.numbers,
        }


def read_streams(events: Callable[[], Engine | None], catalog: Catalog) -> tuple[StreamStatus, ...]:
    """Return the streams by name; ``events`` gives the events store, None if there is none."""
    named = [source for _, source in sorted(catalog.sources.items()) if source.is_stream]
    store = events() if named else None
    states = read_states(store) if store is not None else {}
    unknown = {one.name: columns_of(store, catalog, one) for one in named if store is not None}
    return tuple(status_of(catalog, source, states, unknown.get(source.name, ())) for source in named)


def columns_of(events: Engine, catalog: Catalog, source: Source) -> tuple[tuple[str, str], ...]:
    """Return rules of a source, and their columns in ``once`` that no stored event has."""
    if not isinstance(source, EventsSource):
        return ()
    once = {name: rule.once for name, rule in catalog.rules.items() if rule.source == source.name}
    return tuple((name, column) for name, column, _ in unknown_columns(events, once))


def status_of(
    catalog: Catalog,
    source: Source,
    states: dict[str, StreamState],
    unknown: tuple[tuple[str, str], ...] = (),
) -> StreamStatus:
    """Put together one stream."""
    now, run = datetime.now(UTC), states.get(source.name, StreamState(source.name))
    stop = stop_of(catalog, "source", source.name)
    state: str = stop.kind if stop else "ready" if source.enabled else "disabled"
    if run.owner is not None and run.alive_at is not None and run.alive_at > now - LEASE:
        state = "running"
    return StreamStatus(source, state, run, now, unknown)


def stream_successes(events: Engine) -> Iterator[tuple[str, datetime]]:
    """Yield each stream that ever succeeded, and when it last did."""
    for name, state in sorted(read_states(events).items()):
        if state.succeeded_at is not None:
            yield name, state.succeeded_at


def moment_text(at: datetime | None) -> str | None:
    """Write a moment for programs."""
    return None if at is None else at.isoformat()
