"""Pace: how many calls of each function may go out now. Only reads; limits.py draws the keys.

``share`` and the constants repeat limits.inc.lua, which is the authority; tests hold them to it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import redis

from pipeline.lanes import limits
from pipeline.model.connector import Connector
from pipeline.model.day_use import DayUse
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of, window_of

RECOVERY = 0.1  # of the allowance, with each window that passes well after a refusal
REACH = 5_000  # ms in which a call that was begun reaches the account
HEEDED_WINDOWS = 60  # after a refusal, in which the account's answer counts if it is less than configured

Source = Literal["connector", "account", "default"]


@dataclass(frozen=True)
class Capacity:
    """The account's capacity is exhausted: one call will try, or is trying, whether there is some again."""

    strikes: int  # refusals in a row
    probe: float  # seconds until a call may try
    probing: bool  # one is on its way


@dataclass(frozen=True)
class Pace:
    """The limits of one function of one connector; numbers of calls are per window."""

    connector: str
    account: str
    function: str
    allowance: int
    source: Source  # of the allowance
    most: int  # calls that go out at most: the configured share of the allowance
    now: int  # the same at this moment: less after a refusal
    paused: float  # seconds left after API_LIMIT_EXCEEDED, 0: not paused
    capacity: Capacity | None
    window: float = limits.WINDOW  # seconds
    system: str = ""  # the outside system, in texts
    made: int = 0  # calls within the last window
    use: DayUse | None = None  # where the account counts the calls of all its users by 24 hours
    kept: int = 0  # calls that destinations of the first class have to themselves

    def now_for(self, priority: str | None) -> int:
        """Return the calls that go out now for destinations of a priority."""
        return max(self.now, self.kept) if priority == "first" else self.now


def read_paces(client: redis.Redis, catalog: Catalog, minute: float = limits.WINDOW) -> list[Pace]:
    """Read the limits of every function that some destination uses, at one moment."""
    used = sorted(
        {
            (one.connector, function)
            for one in catalog.destinations.values()
            for function in catalog.functions_of(one)
        }
    )
    with client.pipeline() as pipe:
        pipe.time()
        for name, function in used:
            account = catalog.connectors[name].account
            pipe.hget(f"allowances:{account}", function)
            pipe.hgetall(limits.limit_key(account, function))
            pipe.hgetall(f"capacity:{account}")
        (seconds, micros), *answers = pipe.execute()
    now = seconds * 1000 + micros / 1000
    triples = zip(answers[::3], answers[1::3], answers[2::3], strict=True)
    paces = [
        pace_of(catalog.connectors[name], function, *stored, now, minute)
        for (name, function), stored in zip(used, triples, strict=True)
    ]
    made = calls_made(client, paces, now)
    return [replace(pace, made=amount) for pace, amount in zip(paces, made, strict=True)]


def read_pace(client: redis.Redis, connector: Connector, function: str, minute: float) -> Pace:
    """Read the limits of one function, also of one that no destination uses."""
    account = connector.account
    with client.pipeline() as pipe:
        pipe.time()
        pipe.hget(f"allowances:{account}", function)
        pipe.hgetall(limits.limit_key(account, function))
        pipe.hgetall(f"capacity:{account}")
        (seconds, micros), told, limit, capacity = pipe.execute()
    return pace_of(connector, function, told, limit, capacity, seconds * 1000 + micros / 1000, minute)


def calls_made(client: redis.Redis, paces: Sequence[Pace], now: float) -> list[int]:
    """Count the calls of each function within its last window; ``now`` is in ms.

    A call under way counts until REACH from its beginning; a permit that was not used counts for later.
    """
    with client.pipeline(transaction=False) as pipe:
        for pace in paces:
            log = limits.log_key(pace.account, pace.function)
            pipe.zcount(log, now - pace.window * 1000, now + REACH)
        return [int(amount) for amount in pipe.execute()]


def pace_of(
    connector: Connector,
    function: str,
    told: bytes | None,
    limit: Mapping[bytes, bytes],
    capacity: Mapping[bytes, bytes],
    now: float,
    minute: float,
) -> Pace:
    """Put together the limits of one function; ``told``: the allowance that the account answered."""
    window = window_of(connector, minute)
    heeded = now < float(limit.get(b"paused_until", 0)) + HEEDED_WINDOWS * window * 1000
    use = DayUse.loads(told.decode()) if told is not None and b"/" in told else None
    if use is None:
        allowance, source = allowance_of(connector, function, told, heeded=heeded)
        most = max(1, math.floor(allowance * connector.utilisation))
        now_most = max(1, math.floor(most * share(limit, now, window * 1000)))
    else:
        allowance = most = now_most = use.allowance(connector)
        source = "account"
    return Pace(
        connector=connector.name,
        account=connector.account,
        function=function,
        allowance=allowance,
        source=source,
        most=most,
        now=now_most,
        paused=seconds_until(limit.get(b"paused_until"), now),
        capacity=capacity_of(capacity, now) if capacity else None,
        window=window,
        system=kind_of(connector).system,
        use=use,
        kept=use.kept(connector) if use else 0,
    )


def allowance_of(
    connector: Connector, function: str, told: bytes | None, *, heeded: bool
) -> tuple[int, Source]:
    """Return the allowance in force and its source.

    ``heeded``: after a refusal the account's answer counts instead of a configured limit, if it is less.
    """
    configured = connector.limits.get(function)
    if told is not None and (configured is None or (heeded and int(told) < configured)):
        return int(told), "account"
    if configured is not None:
        return configured, "connector"
    return kind_of(connector).default_limit(function), "default"


def share(limit: Mapping[bytes, bytes], now: float, window: float) -> float:
    """Return the share of the allowance in use: cut by a refusal, recovering since (times in ms)."""
    if b"factor" not in limit:
        return 1.0
    windows = max(0, math.floor((now - float(limit[b"resumed_at"])) / window))
    steps = max(0, windows + 1 - int(limit.get(b"patience", 1)))
    return min(1.0, float(limit[b"factor"]) + RECOVERY * steps)


def capacity_of(capacity: Mapping[bytes, Any], now: float) -> Capacity:
    """Read the capacity of an account that has refused calls for it."""
    probing = seconds_until(capacity.get(b"probe_until"), now) > 0
    wait = max(seconds_until(capacity.get(b"until"), now), seconds_until(capacity.get(b"probe_until"), now))
    return Capacity(int(capacity.get(b"strikes", 0)), wait, probing)


def seconds_until(moment: bytes | None, now: float) -> float:
    """Return the seconds until ``moment`` (ms), 0 when it has passed."""
    return max(0.0, (float(moment) - now) / 1000) if moment else 0.0
