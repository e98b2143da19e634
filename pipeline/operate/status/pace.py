"""How fast calls may go out now, by connector and function (the keys are drawn in limits.py). Only reads."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import redis

from pipeline.lanes import limits
from pipeline.model.connector import Connector
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import ACTIONS

RECOVERY = 0.1  # of the allowance, with each window that passes well after a refusal (see limits.inc.lua)
HEEDED = (
    60  # windows after a refusal for which the account's answer counts, if it is less (see limits.inc.lua)
)

Source = Literal["connector", "account", "default"]


@dataclass(frozen=True)
class Capacity:
    """The account's capacity is exhausted: one call will try, or is trying, whether it is back."""

    strikes: int  # refusals in a row
    probe: float  # seconds until a call may try
    probing: bool  # one is on its way


@dataclass(frozen=True)
class Pace:
    """What one function of one connector may do; numbers of calls are per window (a minute)."""

    connector: str
    account: str
    function: str
    allowance: int
    source: Source  # who says so
    most: int  # calls that go out at most: the allowance's share that is to be used
    now: int  # the same for the moment, less after a refusal
    paused: float  # seconds left after API_LIMIT_EXCEEDED, 0: not paused
    capacity: Capacity | None


def paces(client: redis.Redis, catalog: Catalog, window: float = limits.WINDOW) -> list[Pace]:
    """Read the limits of every function that some destination uses."""
    used = sorted(
        {
            (each.connector, name)
            for each in catalog.destinations.values()
            for name in ACTIONS[each.action].functions
        }
    )
    return [pace(client, catalog.connectors[name], function, window) for name, function in used]


def pace(client: redis.Redis, connector: Connector, function: str, window: float) -> Pace:
    """Read the limits of one function."""
    with client.pipeline() as pipe:
        pipe.time()
        pipe.hget(f"allowances:{connector.account}", function)
        pipe.hgetall(limits.key(connector.account, function))
        pipe.hgetall(f"capacity:{connector.account}")
        (seconds, micros), said, limit, capacity = pipe.execute()
    now = seconds * 1000 + micros / 1000
    heeded = now < float(limit.get(b"paused_until", 0)) + HEEDED * window * 1000
    allowance, source = allowance_of(connector, function, said, heeded=heeded)
    most = max(1, math.floor(allowance * connector.utilisation))
    return Pace(
        connector=connector.name,
        account=connector.account,
        function=function,
        allowance=allowance,
        source=source,
        most=most,
        now=max(1, math.floor(most * share(limit, now, window * 1000))),
        paused=left(limit.get(b"paused_until"), now),
        capacity=capacity_of(capacity, now) if capacity else None,
    )


def allowance_of(
    connector: Connector, function: str, said: bytes | None, *, heeded: bool
) -> tuple[int, Source]:
    """Return the allowance that counts, and where it comes from; ``heeded``: the account, if it says less."""
    configured = connector.limits.get(function)
    if said is not None and (configured is None or (heeded and int(said) < configured)):
        return int(said), "account"
    if configured is not None:
        return configured, "connector"
    return limits.DEFAULTS[function], "default"


def share(limit: Mapping[bytes, bytes], now: float, window: float) -> float:
    """Return the share of the allowance in use: cut by a refusal, recovering since (times in ms)."""
    if b"factor" not in limit:
        return 1.0
    windows = max(0, math.floor((now - float(limit[b"resumed_at"])) / window))
    steps = max(0, windows + 1 - int(limit.get(b"patience", 1)))
    return min(1.0, float(limit[b"factor"]) + RECOVERY * steps)


def capacity_of(capacity: Mapping[bytes, Any], now: float) -> Capacity:
    """Read how the account's capacity stands."""
    probing = left(capacity.get(b"probe_until"), now) > 0
    wait = max(left(capacity.get(b"until"), now), left(capacity.get(b"probe_until"), now))
    return Capacity(int(capacity.get(b"strikes", 0)), wait, probing)


def left(moment: bytes | None, now: float) -> float:
    """Return the seconds until ``moment`` (ms), 0 when it has passed."""
    return max(0.0, (float(moment) - now) / 1000) if moment else 0.0
