"""Planning: the calls that records of a source or rows of a destination take, and the limit that binds.

Pure: paces are given, and nothing is asked for.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.lanes.pace import Pace
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.operate.planned_steps import calls_of, finds_by_id
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of

HOUR = 3600  # seconds
PlanScope = Literal["source", "destination"]
PaceOf = Callable[[Connector, str], Pace]


@dataclass(frozen=True)
class PlannedCalls:
    """The calls of one function for reading a source, or for one destination."""

    connector: Connector
    function: str
    calls: int
    destination: Destination | None = None  # None: reading

    @property
    def limit(self) -> tuple[str, str]:
        """Name the limit that counts them: connectors of one account share it."""
        return self.connector.account, self.function


@dataclass(frozen=True)
class PlannedLimit:
    """One limit, and all planned calls that it counts."""

    pace: Pace
    calls: int
    per_hour: int

    @property
    def hours(self) -> float | None:
        """Return the hours that its calls take at least; None if none may go now."""
        return self.calls / self.per_hour if self.per_hour else None


@dataclass(frozen=True)
class Plan:
    """The calls and time that so many records of a source, or rows of a destination, take."""

    scope: PlanScope
    name: str
    records: int
    calls: Sequence[PlannedCalls]
    limits: Mapping[tuple[str, str], PlannedLimit]

    @property
    def binding(self) -> PlannedLimit | None:
        """Return the limit that takes longest for its calls; None if no call is made."""
        return max(
            self.limits.values(), key=lambda one: math.inf if one.hours is None else one.hours, default=None
        )


def plan(catalog: Catalog, scope: PlanScope, name: str, records: int, pace_of: PaceOf) -> Plan:
    """Count the calls of ``records`` and compare them with the limits as they are known."""
    if scope == "source":
        calls = [*calls_to_read(catalog, name, records), *calls_after(catalog, name, records)]
    else:
        calls = calls_to_send(catalog, catalog.destinations[name], records)
    grouped: dict[tuple[str, str], list[PlannedCalls]] = {}
    for one in calls:
        grouped.setdefault(one.limit, []).append(one)
    limits = {limit: limit_of(several, pace_of) for limit, several in grouped.items()}
    return Plan(scope, name, records, calls, limits)


def calls_to_read(catalog: Catalog, name: str, records: int) -> Iterator[PlannedCalls]:
    """Yield the calls that read records of a source; of SQL none."""
    source = catalog.sources[name]
    connector = catalog.connectors.get(getattr(source, "connector", ""))
    if connector is not None:
        for function, calls in kind_of(connector).calls_to_read(source, records).items():
            yield PlannedCalls(connector, function, calls)


def calls_after(catalog: Catalog, name: str, records: int) -> Iterator[PlannedCalls]:
    """Yield the calls of all destinations that a source and its rules feed, if each record goes to them."""
    source = catalog.sources[name]
    fed = {source.audience, *(rule.audience for rule in catalog.rules.values() if rule.source == name)}
    for destination in catalog.destinations.values():
        if destination.audience in fed:
            yield from calls_to_send(catalog, destination, records)


def calls_to_send(catalog: Catalog, destination: Destination, rows: int) -> list[PlannedCalls]:
    """Return the calls of rows that enter, by function."""
    action = catalog.action_of(destination)
    by_function = calls_of(action, rows, by_id=finds_by_id(catalog, destination))
    return [
        PlannedCalls(action.connector, function, calls, destination)
        for function, calls in by_function.items()
    ]


def limit_of(several: Sequence[PlannedCalls], pace_of: PaceOf) -> PlannedLimit:
    """Put together the calls that one limit counts; those of the first class alone have their own part."""
    pace = pace_of(several[0].connector, several[0].function)
    first = all(one.destination and one.destination.priority == "first" for one in several)
    most = max(pace.most, pace.kept) if first else pace.most
    return PlannedLimit(pace, sum(one.calls for one in several), math.floor(most * HOUR / pace.window))
