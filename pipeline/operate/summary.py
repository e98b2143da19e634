"""Summary: the statistics of some days, beside the rows and dead letters of now."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import redis
from sqlalchemy import Engine

from pipeline.lanes.backlog import read_backlogs
from pipeline.operate.status.open_letters import open_letters
from pipeline.records.catalog import Catalog
from pipeline.records.mirror import REMOVED
from pipeline.settle.statistics import Where, read_statistics

REJECTED, RESOLVED = "rejected:", "resolved:"
COUNTED = (
    *("received", "repeated", "coalesced", "sent", "removed", "unchanged", "erased"),
    *("calls", "batches", "rows"),
)
NUMBERS = (*COUNTED, "waiting", "dead_letters")


@dataclass(frozen=True)
class DestinationNumbers:
    """The numbers of one connector and destination; ``waiting`` and ``dead_letters`` are those of now."""

    where: Where
    received: int = 0  # repeated ones among them
    repeated: int = 0  # their id had been accepted within the window, so they were not sent again
    coalesced: int = 0
    sent: int = 0
    removed: int = 0
    unchanged: int = 0  # they were so already, so nothing was written
    erased: int = 0  # rows that waited, and dead letters
    rejected: dict[str, int] = field(default_factory=dict)  # by code
    resolved: dict[str, int] = field(
        default_factory=dict
    )  # dead letters by outcome; "delivered" is in ``sent``
    calls: int = 0
    batches: int = 0
    rows: int = 0
    waiting: int = 0
    dead_letters: int = 0  # open ones

    @property
    def fill(self) -> float | None:
        """Rows of an average batch; None when there was none."""
        return self.rows / self.batches if self.batches else None


@dataclass(frozen=True)
class Summary:
    """One line for each connector and destination, and their sum."""

    days: int
    lines: tuple[DestinationNumbers, ...]
    labels: Mapping[str, str | None] = field(default_factory=dict)  # by destination
    connector_labels: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def total(self) -> DestinationNumbers:
        """Add all lines up."""
        numbers: Counter[str] = Counter()
        rejected: Counter[str] = Counter()
        resolved: Counter[str] = Counter()
        for line in self.lines:
            numbers.update({name: getattr(line, name) for name in NUMBERS})
            rejected.update(line.rejected)
            resolved.update(line.resolved)
        return DestinationNumbers(
            Where("", ""),
            rejected=dict(sorted(rejected.items())),
            resolved=dict(sorted(resolved.items())),
            **numbers,
        )


def read_summary(
    client: redis.Redis, engine: Engine, catalog: Catalog, *, days: int, connector: str | None = None
) -> Summary:
    """Read the numbers of the last days, of one connector or of all."""
    # Waiting rows first: one that leaves its lane meanwhile is then counted in both, never missing.
    waiting = waiting_by_place(client, catalog)
    letters = open_letters(engine, connector)
    numbers = read_statistics(client, engine, since=timedelta(days=days), connector=connector)
    places = configured_places(catalog) | waiting.keys() | letters.keys() | numbers.keys()
    lines = [
        numbers_of(place, numbers.get(place, {}), waiting.get(place, 0), letters.get(place, 0))
        for place in sorted(places, key=lambda place: (place.connector, place.destination))
        if connector in (None, place.connector)
    ]
    return Summary(
        days,
        tuple(lines),
        {name: each.label for name, each in catalog.destinations.items()},
        {name: each.label for name, each in catalog.connectors.items()},
    )


def configured_places(catalog: Catalog) -> set[Where]:
    """Return every place that activations may go to."""
    return {Where(each.connector, each.name) for each in catalog.destinations.values()}


def waiting_by_place(client: redis.Redis, catalog: Catalog) -> dict[Where, int]:
    """Count rows waiting, under the connector that would send them now."""
    owners = {name: destination.connector for name, destination in catalog.destinations.items()}
    return {
        Where(owners.get(name, REMOVED), name): backlog.waiting
        for name, backlog in read_backlogs(client).items()
        if backlog.waiting
    }


def numbers_of(place: Where, numbers: dict[str, int], waiting: int, letters: int) -> DestinationNumbers:
    """Put together the numbers of one place."""
    return DestinationNumbers(
        place,
        rejected=numbers_after(REJECTED, numbers),
        resolved=numbers_after(RESOLVED, numbers),
        waiting=waiting,
        dead_letters=letters,
        **{name: numbers.get(name, 0) for name in COUNTED[1:]},
        received=numbers.get("received", 0) + numbers.get("repeated", 0),
    )


def numbers_after(prefix: str, numbers: Mapping[str, int]) -> dict[str, int]:
    """Return the numbers with names that begin with ``prefix``, by the rest of the name."""
    return {
        name.removeprefix(prefix): amount
        for name, amount in sorted(numbers.items())
        if name.startswith(prefix)
    }
