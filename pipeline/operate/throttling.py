"""Throttling: since when an account refuses calls for its limits, and when it last took rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import redis
from sqlalchemy import Engine, select

from pipeline.lanes import limits
from pipeline.lanes.pace import Pace, read_paces
from pipeline.model.connector import Connector
from pipeline.model.finding import Finding
from pipeline.records.catalog import Catalog
from pipeline.stores.broker import decoded
from pipeline.stores.outcome_tables import batches
from pipeline.text.durations import spell
from pipeline.text.times import rfc3339


def look_for_throttling(
    client: redis.Redis, engine: Engine, catalog: Catalog, connector: Connector, minute: float
) -> Iterator[Finding]:
    """Name the throttled functions of an account, and say when its last rows were delivered."""
    paces = [pace for pace in read_paces(client, catalog, minute) if pace.connector == connector.name]
    now = datetime.now(UTC)
    if paces and paces[0].capacity:
        capacity = paces[0].capacity
        since = since_words(_field(client, f"capacity:{connector.account}", "since"), now)
        then = "one call is trying" if capacity.probing else f"one call may try in {spell(capacity.probe)}"
        yield Finding("throttled", False, f"the account's capacity is exhausted{since}; {then}")
    for pace in paces:
        if pace.paused or pace.now < pace.most:
            since = since_words(
                _field(client, limits.limit_key(connector.account, pace.function), "since"), now
            )
            yield Finding(
                "throttled", not pace.paused, f"{pace.function}: throttled{since}; {rate_words(pace)}"
            )
    last = last_delivered(engine, connector.name)
    if last is not None:
        yield Finding("last delivery", True, f"rows were last delivered at {moment_words(last, now)}")


def rate_words(pace: Pace) -> str:
    """Say how many calls may go now."""
    if pace.paused:
        return f"no call goes out for {spell(pace.paused)}"
    return f"{pace.now:,} of {pace.most:,} calls per {spell(pace.window)} go out, more with each that passes"


def since_words(stored: bytes | str | None, now: datetime) -> str:
    """Write a moment of a script, in milliseconds; nothing for a refusal of an older version."""
    if stored is None:
        return ""
    return f" since {moment_words(datetime.fromtimestamp(float(decoded(stored)) / 1000, UTC), now)}"


def _field(client: redis.Redis, key: str, name: str) -> bytes | str | None:
    found: bytes | str | None = client.hget(key, name)
    return found


def moment_words(moment: datetime, now: datetime) -> str:
    """Write a moment and how long ago it was."""
    moment = moment.replace(microsecond=0)
    return f"{rfc3339(moment)} ({spell((now - moment).total_seconds())} ago)"


def last_delivered(engine: Engine, connector: str) -> datetime | None:
    """Return when the last batch with a delivered row was recorded; None if the ledger has none."""
    wanted = (
        select(batches.c.finished_at)
        .where(batches.c.connector == connector, batches.c.delivered > 0)
        .order_by(batches.c.finished_at.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        found: datetime | None = connection.scalar(wanted)
    return found
