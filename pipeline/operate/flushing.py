"""Flushing: the waiting rows of an audience are sent now, within the limits."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import redis

from pipeline.errors import Misconfigured
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.pace import read_paces
from pipeline.model.destination import Destination
from pipeline.operate.status import workers
from pipeline.operate.status.intake_status import read_intake
from pipeline.operate.status.outside_troubles import of_pace
from pipeline.records.catalog import Catalog
from pipeline.text.messages import listed
from pipeline.text.plural import counted

PATIENCE = 3.0  # seconds for workers to accept entries that were sent just before
POLL = 0.05  # seconds


@dataclass(frozen=True)
class Flushed:
    """The rows that are due now, by destination, and the reasons that may keep them."""

    rows: Sequence[tuple[Destination, int]]
    throttled: Sequence[str]  # sentences
    in_intake: int  # entries, of any audience, that are no part of it
    workers_seen: bool

    @property
    def amount(self) -> str:
        """The number of due rows in words: "9 rows"."""
        return counted(sum(rows for _, rows in self.rows), "row")


def flush_audience(
    client: redis.Redis, catalog: Catalog, audience: str, worker_patience: float = workers.PATIENCE
) -> Flushed:
    """Make all waiting rows of an audience due; raises Misconfigured if no destination takes its changes.

    ``worker_patience``: seconds in which a worker must be seen.
    """
    destinations = destinations_of(catalog, audience)
    seen = workers.seen(client, worker_patience)
    left = in_intake(client, PATIENCE if seen else 0)
    lanes = Lanes(client)
    flushed = [(one, lanes.flush(one.name)) for one in destinations]
    throttled = list(throttles(client, catalog, {one.connector for one, rows in flushed if rows}))
    return Flushed(flushed, throttled, left, seen)


def destinations_of(catalog: Catalog, audience: str) -> tuple[Destination, ...]:
    """Return the destinations of an audience; raises Misconfigured if there is none."""
    found = catalog.for_audience(audience)
    if not found:
        raise Misconfigured(
            f'no destination is set up for audience "{audience}"; '
            f"there are audiences: {listed(catalog.audiences)}"
        )
    return found


def throttles(client: redis.Redis, catalog: Catalog, connectors: set[str]) -> Iterator[str]:
    """Say which of the connectors must wait because of a limit."""
    paces = (pace for pace in read_paces(client, catalog) if pace.connector in connectors)
    yield from dict.fromkeys(trouble.text for pace in paces for trouble in of_pace(pace, catalog))


def in_intake(client: redis.Redis, patience: float) -> int:
    """Count the activations that have not been accepted after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while (left := read_intake(client).waiting) and time.monotonic() < deadline:
        time.sleep(POLL)
    return left
