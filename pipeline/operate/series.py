"""Series: the numbers of steps of time: minutes out of the ledger, hours and days out of the statistics."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from sqlalchemy import BigInteger, Column, Connection, Engine, Select, Table, cast, func, select

from pipeline.settle.statistics import move_counters_to_sql
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import batches, dead_letters, statistics
from pipeline.text.times import rfc3339

STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
OF_MINUTES = ("sent", "removed", "unchanged", "rejected", "batches")
OF_HOURS = (*OF_MINUTES, "received", "coalesced", "calls")
COUNTED_AS = {"repeated": "received"}  # a repeat was received, too
REJECTED = "rejected:"
MINUTE = "%Y-%m-%d %H:%M"

Point = dict[str, Any]
Filters = Mapping[str, str | None]


def read_series(
    client: redis.Redis,
    engine: Engine,
    step: str,
    since: timedelta,
    filters: Filters,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return ``{"step", "points": [...]}``, the oldest first; the last point is still growing.

    ``filters``: ``connector`` and ``destination``, None for all.
    """
    moments = list(moments_of(step, since, now or datetime.now(UTC)))
    if step == "minute":
        with reading(engine) as connection:
            points = minutes(connection, moments, filters)
    else:
        move_counters_to_sql(client, engine)
        with reading(engine) as connection:
            points = hours_or_days(connection, step, moments, filters)
    return {"step": step, "points": [{"at": rfc3339(at), **points[at]} for at in moments]}


def moments_of(step: str, since: timedelta, now: datetime) -> Iterator[datetime]:
    """Give the beginnings of the steps, the last of which is under way."""
    length = STEPS[step]
    last = beginning_of_step(step, now)
    amount = max(1, math.ceil(since / length))
    return (last - length * back for back in reversed(range(amount)))


def beginning_of_step(step: str, moment: datetime) -> datetime:
    """Return the beginning of the step that holds a moment, in UTC."""
    hour = 0 if step == "day" else moment.hour
    minute = moment.minute if step == "minute" else 0
    return moment.replace(hour=hour, minute=minute, second=0, microsecond=0)


def minutes(connection: Connection, moments: list[datetime], filters: Filters) -> dict[datetime, Point]:
    """Add up the batches of each minute, and the rows that were rejected before they came into one."""
    points = {at: dict.fromkeys(OF_MINUTES, 0) for at in moments}
    by_minute = {at.strftime(MINUTE): point for at, point in points.items()}
    for row in connection.execute(batches_by_minute(connection, moments[0], filters)):
        if point := by_minute.get(row.minute):
            point["sent"] += row.delivered - row.removed - row.unchanged
            point["removed"] += row.removed
            point["unchanged"] += row.unchanged
            point["rejected"] += row.rejected
            point["batches"] += row.amount
    for row in connection.execute(unbatched_by_minute(connection, moments[0], filters)):
        if point := by_minute.get(row.minute):
            point["rejected"] += row.amount
    return points


def batches_by_minute(connection: Connection, first: datetime, filters: Filters) -> Select[Any]:
    """Select the sums of batches that were settled since ``first``."""
    minute = minute_of(connection, batches.c.finished_at)
    names = ("delivered", "removed", "unchanged", "rejected")
    sums = [cast(func.sum(batches.c[name]), BigInteger).label(name) for name in names]
    found = select(minute, func.count().label("amount"), *sums).where(batches.c.finished_at >= first)
    return with_filters(found, batches, filters).group_by("minute")


def unbatched_by_minute(connection: Connection, first: datetime, filters: Filters) -> Select[Any]:
    """Select the numbers of letters that were written since ``first`` and are of no batch."""
    minute = minute_of(connection, dead_letters.c.created_at)
    recent = (dead_letters.c.created_at >= first, dead_letters.c.batch.is_(None))
    found = select(minute, func.count().label("amount")).where(*recent)
    return with_filters(found, dead_letters, filters).group_by("minute")


def minute_of(connection: Connection, at: Column[datetime]) -> Any:
    """Return the minute of a moment in SQL, as MINUTE; SQLite keeps moments as text that begins with it."""
    if connection.dialect.name == "sqlite":
        return func.substr(at, 1, 16).label("minute")
    return func.to_char(func.timezone("UTC", at), "YYYY-MM-DD HH24:MI").label("minute")


def hours_or_days(
    connection: Connection, step: str, moments: list[datetime], filters: Filters
) -> dict[datetime, Point]:
    """Add up the statistics of each hour or day."""
    points: dict[datetime, Point] = {at: {**dict.fromkeys(OF_HOURS, 0), "codes": {}} for at in moments}
    codes: dict[datetime, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    total = cast(func.sum(statistics.c.value), BigInteger).label("total")
    wanted = select(statistics.c.hour, statistics.c.name, total).where(statistics.c.hour >= moments[0])
    grouped = with_filters(wanted, statistics, filters).group_by(statistics.c.hour, statistics.c.name)
    for row in connection.execute(grouped):
        at, name = beginning_of_step(step, row.hour), COUNTED_AS.get(row.name, row.name)
        if name.startswith(REJECTED):
            codes[at][name.removeprefix(REJECTED)] += row.total
            name = "rejected"
        if at in points and name in OF_HOURS:
            points[at][name] += row.total
    for at in codes.keys() & points.keys():
        points[at]["codes"] = dict(sorted(codes[at].items()))
    return points


def with_filters(statement: Select[Any], table: Table, filters: Filters) -> Select[Any]:
    """Leave other connectors and destinations out."""
    for name, value in filters.items():
        if value is not None:
            statement = statement.where(table.c[name] == value)
    return statement
