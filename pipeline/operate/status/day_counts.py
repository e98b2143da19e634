"""Day counts: accounts that count the calls of all their users by 24 hours, and our part of these."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import redis

from pipeline.lanes.backlog import Backlog
from pipeline.lanes.limits import WINDOW
from pipeline.lanes.pace import Pace, calls_made, pace_of
from pipeline.model.connector import Connector
from pipeline.model.day_use import DayUse
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.stores.broker import decoded


@dataclass(frozen=True)
class DayCount:
    """The calls of an account, as one connector has its part of them."""

    connector: Connector
    pace: Pace
    use: DayUse
    made: int  # our calls of the last hour, through all connectors of the account
    drain: float | None  # seconds that all waiting rows take at least; None: no call may go for them
    version_ends: bool  # whether the end of the connector's version was announced

    @property
    def record(self) -> str:
        """Name the connector with its label."""
        return self.connector.subject

    @property
    def is_above_ceiling(self) -> bool:
        """Whether only destinations of the first class go on."""
        return self.use.is_above_ceiling(self.connector)


def read_day_counts(
    client: redis.Redis, catalog: Catalog, backlogs: Mapping[str, Backlog], minute: float = WINDOW
) -> list[DayCount]:
    """Return the counts of all connectors with an account that told its use; changes nothing."""
    return [
        count
        for _, connector in sorted(catalog.connectors.items())
        if kind_of(connector).counts_by_day
        for count in counts_of(client, catalog, connector, backlogs, minute)
    ]


def counts_of(
    client: redis.Redis,
    catalog: Catalog,
    connector: Connector,
    backlogs: Mapping[str, Backlog],
    minute: float,
) -> Iterator[DayCount]:
    """Yield the counts that the account of one connector told."""
    seconds, micros = client.time()
    now = seconds * 1000 + micros / 1000
    told_limits: Mapping[bytes, bytes] = client.hgetall(f"allowances:{connector.account}")  # type: ignore[assignment] # redis' own
    for name, told in told_limits.items():
        if b"/" not in told:
            continue
        pace = pace_of(connector, decoded(name), told, {}, {}, now, minute)
        yield DayCount(
            connector=connector,
            pace=pace,
            use=DayUse.loads(decoded(told)),
            made=calls_made(client, [pace], now)[0],
            drain=drain_of(catalog, connector, backlogs, pace),
            version_ends=kind_of(connector).version_ends(client, connector),
        )


def drain_of(
    catalog: Catalog, connector: Connector, backlogs: Mapping[str, Backlog], pace: Pace
) -> float | None:
    """Return the seconds until all rows of an account's destinations are through at the present pace."""
    calls = sum(
        calls_for(catalog, destination, backlogs.get(name, Backlog()).waiting)
        for name, destination in catalog.destinations.items()
        if catalog.connectors[destination.connector].account == connector.account
    )
    if not calls:
        return 0.0
    return calls * pace.window / pace.now if pace.now else None


def calls_for(catalog: Catalog, destination: Destination, rows: int) -> int:
    """Count the calls that rows of a destination take at least."""
    return -(-rows // destination.max_rows) * catalog.action_of(destination).calls_per_batch
