"""The present state of records, as lines of the console's lists and cards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from pipeline.operate.consent_status import read_consents
from pipeline.operate.open_questions import read_questions
from pipeline.operate.status.destination_status import DestinationStatus
from pipeline.operate.status.document import document
from pipeline.operate.status.status import Status, read_status
from pipeline.operate.stream_status import read_streams
from pipeline.records.catalog import Scope
from pipeline.records.kinds import KINDS
from pipeline.records.stops import Stop, stop_of
from pipeline.settle.statistics import Where, read_statistics
from pipeline.web.context import stores
from pipeline.web.imports_now import imports_now
from pipeline.web.quick_redis import answering_redis

DAY = timedelta(days=1)
REJECTED = "rejected:"
BUSIEST = ("throttled", "sending", "waiting")  # the state of a connector is the first that a destination has


@dataclass(frozen=True)
class Line:
    """One record of a list; numbers of rows are those of a day."""

    name: str
    shown: str  # the name that people gave it, else its name
    state: str
    audience: str | None  # of a destination
    waiting: int = 0
    oldest: float | None = None  # seconds
    sent: int = 0
    rejected: int = 0
    letters: int = 0  # open dead letters
    stop: Stop | None = None  # of the record itself


@dataclass(frozen=True)
class Standing:
    """Both stores at one moment, by record."""

    status: Status
    numbers: Mapping[Where, Mapping[str, int]] = field(default_factory=dict)  # of a day

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document that ``activation status --json`` prints."""
        return document(self.status)

    def destination(self, each: DestinationStatus) -> Line:
        """Return the line of a destination; a removed one is shown while it has rows or letters."""
        return Line(
            name=each.name,
            shown=each.label or each.name,
            state=each.state,
            audience=each.audience_text,
            waiting=each.backlog.waiting,
            oldest=each.backlog.oldest,
            letters=each.dead_letters,
            stop=stop_of(self.status.catalog, "destination", each.name),
            **self._rows(where for where in self.numbers if where.destination == each.name),
        )

    def connector(self, name: str) -> Line:
        """Return the line of a connector: its own stop, and the numbers of its destinations."""
        catalog, destinations = self.status.catalog, self.destinations_of(name)
        stop = stop_of(catalog, "connector", name)
        states = {each.state for each in destinations}
        oldest = [each.backlog.oldest for each in destinations if each.backlog.oldest is not None]
        return Line(
            name=name,
            shown=shown_name(catalog.connectors[name]),
            audience=None,
            state=stop.kind if stop else next((state for state in BUSIEST if state in states), "idle"),
            waiting=sum(each.backlog.waiting for each in destinations),
            oldest=max(oldest, default=None),
            letters=sum(n for where, n in self.status.letters.items() if where.connector == name),
            stop=stop,
            **self._rows(where for where in self.numbers if where.connector == name),
        )

    def destinations_of(self, connector: str | None) -> list[DestinationStatus]:
        """Return the destinations of a connector; None: those that were removed."""
        return [each for each in self.status.destinations if each.connector == connector]

    def sends(self, connector: str) -> bool:
        """Tell whether destinations may use a connector: some kinds serve imports alone."""
        return bool(KINDS[self.status.catalog.connectors[connector].kind].actions)

    def stops_of(self, scope: Scope, name: str) -> list[Stop]:
        """Return the stops of a record; for a destination, with those of its connector."""
        found = {"destination": name, scope: name}
        if scope == "destination" and name in self.status.catalog.destinations:
            found["connector"] = self.status.catalog.destinations[name].connector
        return [stop for stop in self.status.stops if found.get(stop.scope) == stop.name]

    def _rows(self, places: Iterable[Where]) -> dict[str, Any]:
        found = {"sent": 0, "rejected": 0}
        for place in places:
            for name, amount in self.numbers[place].items():
                if name == "sent" or name.startswith(REJECTED):
                    found[name.partition(":")[0]] += amount
        return found


def shown_name(record: Any) -> str:
    """Return the name that people gave a connector, destination or source, else its own."""
    title = getattr(record, "title", record.name)
    return str(title if title != record.name else record.label or record.name)


def read_standing(*, numbers: bool = False) -> Standing:
    """Read how all records stand; ``numbers``: with the rows of a day."""
    place, client = stores(), answering_redis()
    catalog = place.records_without_secrets.load()
    window = place.settings.limit_window
    imports = imports_now(catalog)
    streams = read_streams(lambda: place.events_if_any, catalog)
    consents = read_consents(lambda: place.events_if_any, catalog)
    questions = read_questions(lambda: place.events_if_any, catalog)
    status = read_status(
        client,
        place.engine,
        catalog,
        window=window,
        patience=0,
        imports=imports,
        streams=streams,
        consents=consents,
        questions=questions,
    )
    return Standing(status, read_statistics(client, place.engine, since=DAY) if numbers else {})
