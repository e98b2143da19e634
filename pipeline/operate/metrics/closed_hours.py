"""Closed hours: sums of all statistics, without adding up years at every scrape."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Connection, Engine, cast, func, select

from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import statistics

CLOSED_AFTER = timedelta(hours=2)  # an hour that ended so long ago gets no more numbers

Totals = dict[tuple[str, str, str], int]  # connector, destination, name


class ClosedHours:
    """The sums of all statistics; those of closed hours are remembered, only the open ones summed anew."""

    def __init__(self) -> None:
        self._until = datetime.min.replace(tzinfo=UTC)  # hours before this one are in ``_totals``
        self._totals: Totals = defaultdict(int)

    def totals(self, engine: Engine) -> Totals:
        """Return the sums since the beginning."""
        closed = (datetime.now(UTC) - CLOSED_AFTER).replace(minute=0, second=0, microsecond=0)
        with reading(engine) as connection:
            if closed > self._until:
                new = sum_hours(connection, self._until, closed)
                self._totals = add_totals(self._totals, new)
                self._until = closed
            return add_totals(self._totals, sum_hours(connection, self._until, None))


def sum_hours(connection: Connection, first: datetime, end: datetime | None) -> Totals:
    """Add up the statistics of some hours."""
    columns = (statistics.c.connector, statistics.c.destination, statistics.c.name)
    total = cast(func.sum(statistics.c.value), BigInteger)
    statement = select(*columns, total).where(statistics.c.hour >= first).group_by(*columns)
    if end is not None:
        statement = statement.where(statistics.c.hour < end)
    return {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(statement)}


def add_totals(
    first: Mapping[tuple[str, str, str], int], second: Mapping[tuple[str, str, str], int]
) -> Totals:
    """Add two sums."""
    return {key: first.get(key, 0) + second.get(key, 0) for key in first.keys() | second.keys()}
