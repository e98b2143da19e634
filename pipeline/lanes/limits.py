"""Limits: the calls per minute and function that an account allows, shared by all workers.

Keys
    calls:{account}:{function}   zset of call (batch:attempt) by the latest moment at which it counts, ms;
                                 ":first": those of the first class alone
    limit:{account}:{function}   hash: due and first_due (when the next call would be on schedule, ms),
                                 spacing (ms), refused (the calls per window that were too many),
                                 paused_until, factor, resumed_at and patience after a refusal,
                                 since (the first of them, ms)
    capacity:{account}           hash: since (ms), strikes, until, probe, probe_until; while exhausted
    allowances:{account}         hash: function to calls per minute, as the account itself says; or "18/5000"
                                 where it counts the calls of all by 24 hours (see stores/allowances.py)
    told:{account}               there until the account is to be asked for them again
    refused:{account}            there for a day after a refusal

Allowance of a function, the first that applies
    the account has refused a call and tells less than ``limits``   the account's, for 60 windows
    ``limits`` of the connector name the function                   ``limits``
    the account tells a limit                                       the account's
    otherwise                                                       the default
Where a destination of the account is of the first class, a tenth of that is kept for such destinations.
If a refusal is not explained by such a lower limit, the rate is halved and then goes up step by step; a step
that is refused is taken back for 8 windows.
"""

import random
import uuid
from collections.abc import Mapping

import redis

from pipeline.stores.scripts import Scripts

WINDOW = 60.0  # seconds that limits count by, unless the kind of a connector says otherwise
ASK_AGAIN_SECONDS = 24 * 3600  # until the account is asked again
ASK_AGAIN_WINDOWS = 5  # until then, if the account has refused calls within a day


def limit_key(account: str, function: str) -> str:
    """Name the limit of one function of one account."""
    return f"limit:{account}:{function}"


def log_key(account: str, function: str) -> str:
    """Name the log of the calls of one function of one account."""
    return f"calls:{account}:{function}"


def take(
    client: redis.Redis, account: str, function: str, limit: int, burst: int = 0, window: float = WINDOW
) -> float:
    """Take a permit: 0.0 if the call may go now, otherwise the seconds until it may.

    After a quiet time ``burst`` more may go at once; a window of ``window`` seconds still holds no more than
    ``limit`` calls.
    """
    return _take(client, limit_key(account, function), limit, window, burst, uuid.uuid4().hex) / 1000


def throttled(client: redis.Redis, account: str, function: str, window: float = WINDOW) -> None:
    """Pause a function that was refused with API_LIMIT_EXCEEDED, and resume at half the rate.

    An account that counts by the minute says no more than "try again in a minute": wait a whole one. The
    account is asked again for its limits: now, and every few minutes until a day has passed.
    """
    pause = window * random.uniform(1.0, 1.1)  # noqa: S311 - spreads load, guards nothing
    if _throttle(client, limit_key(account, function), pause, window):
        with client.pipeline() as pipe:
            pipe.set(f"refused:{account}", "1", ex=ASK_AGAIN_SECONDS)
            pipe.delete(f"told:{account}", asking_key(account))
            pipe.execute()


def pause(client: redis.Redis, account: str, function: str, seconds: float) -> None:
    """Let no call of a function go out for so long; the rate afterwards is as before."""
    Scripts(client).run("pause", [limit_key(account, function)], [round(1000 * seconds)])


def end_pause(client: redis.Redis, account: str, function: str) -> float:
    """End a pause that ``pause`` began; return the seconds that were left of it, 0.0 if there was none.

    The account is asked again for its limits, for the last answer may say that no call is left.
    """
    left = int(Scripts(client).run("end_pause", [limit_key(account, function)]))
    if left:
        client.delete(f"told:{account}", asking_key(account))
    return left / 1000


def exhausted(client: redis.Redis, account: str, batch: str, window: float = WINDOW) -> None:
    """Stop an account that said INTERNAL_CAPACITY_LIMIT_EXCEEDED; one call tries after 1, 2, 4 minutes."""
    _exhaust(client, f"capacity:{account}", window, batch)


def asked_recently(client: redis.Redis, account: str) -> bool:
    """Tell whether the account was asked recently enough for its limits."""
    return bool(client.exists(f"told:{account}"))


def asking_key(account: str) -> str:
    """Name the key that is there while a worker asks the account (see timed_rings.py)."""
    return f"turn:limits:{account}"


def store_allowances(
    client: redis.Redis, account: str, allowances: Mapping[str, int], window: float = WINDOW
) -> None:
    """Store the limits that the account answered to ``GET /rest/api/ratelimit``.

    A function that was refused because its limit is lower need not feel its way to it.
    """
    name = f"allowances:{account}"
    soon = client.exists(f"refused:{account}")
    explained = refused_above(client, account, allowances)
    with client.pipeline() as pipe:
        pipe.delete(name, asking_key(account))
        for function, limit in allowances.items():
            pipe.hset(name, function, limit)
        pipe.expire(name, 2 * ASK_AGAIN_SECONDS)
        pipe.set(
            f"told:{account}",
            "1",
            px=round(1000 * (ASK_AGAIN_WINDOWS * window if soon else ASK_AGAIN_SECONDS)),
        )
        for function in explained:
            pipe.hdel(limit_key(account, function), "factor", "resumed_at", "patience")
        pipe.execute()


def refused_above(client: redis.Redis, account: str, allowances: Mapping[str, int]) -> list[str]:
    """Return the functions that were refused at a higher rate than ``allowances`` say."""
    with client.pipeline(transaction=False) as pipe:
        for function in allowances:
            pipe.hget(limit_key(account, function), "refused")
        refused = pipe.execute()
    return [
        function
        for (function, limit), rate in zip(allowances.items(), refused, strict=True)
        if rate is not None and int(rate) > limit
    ]


def _take(
    client: redis.Redis, limit_key: str, allowance: int, window: float, burst: int, call_id: str
) -> int:
    """Run take.lua; return the milliseconds until a permit is free, 0 if one was taken."""
    return int(Scripts(client).run("take", [limit_key], [allowance, window * 1000, burst, call_id]))


def _throttle(client: redis.Redis, limit_key: str, pause: float, window: float) -> bool:
    """Run throttle.lua; return whether this refusal is new."""
    return bool(Scripts(client).run("throttle", [limit_key], [round(pause * 1000), window * 1000]))


def _exhaust(client: redis.Redis, capacity_key: str, window: float, batch_id: str) -> None:
    """Run exhaust.lua."""
    Scripts(client).run("exhaust", [capacity_key], [window * 1000, batch_id])
