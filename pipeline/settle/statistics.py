"""Statistics: rows received, sent, removed, unchanged and rejected, by connector, destination and hour.

The names counted
    received, coalesced, calls         counted in Redis by the scripts that do it, folded into SQL by timers
    repeated                           the same; changes with an id accepted before, not in "received"
    erased                             rows of erased profiles, counted where they waited: there, or with the
                                       dead letters that are deleted
    sent, removed, unchanged,          rows by their fate; written with the ledger, in one transaction
    rejected:{code}
    batches, rows                      batches settled, and the rows that their calls carried
    resolved:{outcome}                 dead letters that event files settled, those "delivered" among "sent"
    left_out:{column}                  values that delivered rows went without; with the ledger, too
    unknown_type:{word}                events of webhooks, no rows: kept out of these numbers

Keys
    counters            hash of "hour|connector|destination|name" to a number
    counters:folding    the same, on its way into SQL, with its id under "id"
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import redis
from sqlalchemy import BigInteger, Connection, Engine, cast, func, select

from pipeline.stores.database import Driver, reading
from pipeline.stores.outcome_tables import folds, statistics
from pipeline.stores.scripts import Scripts
from pipeline.stores.upsert import compiled_sums, insert_new

RESOLVED = "resolved:"  # before the outcome of a letter that event files settled
UNKNOWN_TYPE = "unknown_type:"  # before the word of a type


@dataclass(frozen=True)
class Where:
    """The connector and destination of a number; "" for activations without a destination."""

    connector: str
    destination: str


Numbers = dict[Where, dict[str, int]]


def add(connection: Connection | Driver, now: datetime, where: Where, numbers: Mapping[str, int]) -> None:
    """Add numbers to the hour of ``now``."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = [
        {
            "hour": hour,
            "connector": where.connector,
            "destination": where.destination,
            "name": name,
            "value": value,
        }
        for name, value in sorted(numbers.items())
        if value
    ]
    if rows:
        compiled_sums(connection.dialect, statistics, "value", tuple(rows[0])).run(connection, rows)


def move_counters_to_sql(client: redis.Redis, engine: Engine) -> None:
    """Move the counters of Redis into SQL, each exactly once, even if a process stops in between."""
    flat = Scripts(client).run("fold", ["counters", "counters:folding"], [uuid.uuid4().hex])
    if not flat:
        return
    counters = dict(zip(flat[::2], map(bytes.decode, flat[1::2]), strict=True))
    name = counters.pop(b"id")
    with engine.begin() as connection:
        if insert_new(connection, folds, {"id": name, "at": datetime.now(UTC)}):
            for (hour, where), numbers in _by_hour(counters.items()).items():
                add(connection, hour, where, numbers)
    Scripts(client).run("folded", ["counters:folding"], [name])


def read_statistics(
    client: redis.Redis,
    engine: Engine,
    *,
    since: timedelta | None = None,
    connector: str | None = None,
) -> Numbers:
    """Return the numbers of the time since then, those not yet folded among them."""
    first = datetime.now(UTC) - since if since else datetime.min.replace(tzinfo=UTC)
    first = first.replace(minute=0, second=0, microsecond=0)
    move_counters_to_sql(client, engine)
    columns = (statistics.c.connector, statistics.c.destination, statistics.c.name)
    total = cast(func.sum(statistics.c.value), BigInteger)  # PostgreSQL adds up to a decimal number
    of_rows = statistics.c.name.not_like(f"{UNKNOWN_TYPE}%")
    statement = select(*columns, total).where(statistics.c.hour >= first, of_rows).group_by(*columns)
    if connector is not None:
        statement = statement.where(statistics.c.connector == connector)
    totals: Numbers = {}
    with reading(engine) as connection:
        for owner, destination, name, value in connection.execute(statement):
            totals.setdefault(Where(owner, destination), {})[name] = value
    return totals


def _by_hour(counters: Iterable[tuple[bytes, str]]) -> dict[tuple[datetime, Where], dict[str, int]]:
    found: dict[tuple[datetime, Where], dict[str, int]] = {}
    for field, value in sorted(counters):
        hour, connector, destination, name = field.decode().split("|")
        moment = datetime.fromtimestamp(int(hour) * 3600, UTC)
        found.setdefault((moment, Where(connector, destination)), {})[name] = int(value)
    return found
