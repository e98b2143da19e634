"""Values of events that a fold looks up: facets, addresses and RIIDs, each read once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipeline.model.event_flags import CHANNEL, FAILED
from pipeline.model.feeds import COUNTERS, FAILED_RECEIPT, channel_of
from pipeline.profiles.id_list import rows_among
from pipeline.profiles.mapping import OF_FACETS
from pipeline.stores.event_tables import COUNTED, event_facets, event_feeds, event_files, handles

MOST_FACETS = 500_000


@dataclass(frozen=True)
class Facet:
    """Values that many events share, stored once; ``page`` as text."""

    campaign: str | None
    launch: str | None
    list: str | None
    offer: str | None
    category: str | None
    url: str | None
    segment: str | None
    other: str | None
    page: str | None


@dataclass(frozen=True)
class Kind:
    """The meaning of feed and flags of an event: its counter, and its channel if that is kept."""

    counter: int | None  # its place in COUNTED
    channel: str | None


class EventValues:
    """Facets and kinds of events, kept from range to range."""

    def __init__(self) -> None:
        self.facets: dict[int, Facet] = {}
        self.kinds: dict[tuple[int, int], Kind] = {}
        self.words: dict[int, str] = {}
        self.other_columns: dict[int, list[str]] = {}

    def learn(self, connection: Connection, events: Iterable[Any]) -> None:
        """Look up the values of these events: feed, flags, facet are their values 1, 3 and 4."""
        if len(self.facets) > MOST_FACETS:
            self.facets.clear()
        events = list(events)
        self._learn_facets(connection, {event[4] for event in events})
        for feed, flags in {(event[1], event[3]) for event in events} - self.kinds.keys():
            self.kinds[feed, flags] = self._kind(connection, feed, flags)

    def columns_of(self, connection: Connection, file: int) -> list[str]:
        """Return the names of the further columns of a file's events."""
        if file not in self.other_columns:
            query = select(event_files.c.other_columns).where(event_files.c.id == file)
            self.other_columns[file] = connection.scalar(query) or []
        return self.other_columns[file]

    def _learn_facets(self, connection: Connection, numbers: set[int]) -> None:
        columns = [event_facets.c[name] for name in OF_FACETS]
        query = select(event_facets.c.id, *columns)
        missing = numbers - self.facets.keys()
        for number, *values, page in rows_among(connection, query, event_facets.c.id, missing):
            self.facets[number] = Facet(*(*values, None if page is None else str(page)))

    def _kind(self, connection: Connection, feed: int, flags: int) -> Kind:
        if feed not in self.words:
            rows = connection.execute(select(event_feeds.c.id, event_feeds.c.word))
            self.words.update((number, word) for number, word in rows)
        word = self.words[feed]
        counter = COUNTERS.get(FAILED_RECEIPT if flags & FAILED else word)
        channel = channel_of(word) if flags & CHANNEL else None
        return Kind(None if counter is None else COUNTED.index(counter), channel)


def names_of(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return kind and text of handles: the digits of a RIID, an address itself."""
    query = select(handles.c.id, handles.c.kind, handles.c.value, handles.c.label)
    rows = rows_among(connection, query, handles.c.id, set(numbers))
    return {number: (kind, value if kind == "riid" else label or "") for number, kind, value, label in rows}
