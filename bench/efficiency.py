"""Calls made, compared with the fewest that could have carried the same rows in time.

The fewest: rows of one set of columns, at most 200 in a call, none of them later than the age limit allows.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from typing import Any

from bench.emulator import wait_until
from bench.environment import Environment, open_environment
from bench.finding import Finding
from bench.limited_accounts import MERGES, NONE, LimitedAccount, open_limited_account
from bench.size import Size
from pipeline import Producer
from pipeline.text.plural import counted

MAX_ROWS = 200
MAX_AGE = 6.0  # seconds; more than rows take to their lanes on a busy machine
BURST = 9_050  # rows at once; with 20 sets 452 or 453 of each
RATE = 500  # rows per second of a trickle
TICK = 0.02  # seconds between two of its appends
SETS = (1, 20)
WORKERS = (1, 4, 8)
TIMEOUT = 60.0


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Let bursts and trickles go out with different numbers of workers."""
    return [each for workers in WORKERS for each in crewed(size, workers, say)]


def crewed(size: Size, workers: int, say: Callable[[str], None]) -> list[Finding]:
    """Measure with so many delivery workers."""
    found = []
    with open_environment() as environment:
        environment.work("accept", "activations", 2)
        environment.work("deliver", "deliveries", 8, workers)
        for sets in SETS:
            for kind, send in (("burst", burst), ("trickle", trickle)):
                what = f"{kind}, {counted(sets, 'column set')}, {counted(workers, 'worker')}"
                say(what)
                limited_account = open_limited_account(
                    environment,
                    f"{kind}{sets}",
                    limit=NONE,
                    functions=(MERGES,),
                    per_call=MAX_ROWS,
                    max_age=MAX_AGE,
                )[0]
                came = send(environment, limited_account, sets, size.steady)
                found.append(compare(what, limited_account, sets, came))
    return found


def burst(
    environment: Environment, limited_account: LimitedAccount, sets: int, _seconds: float
) -> list[float]:
    """Send all rows at once; return when each came."""
    with Producer(environment.broker_url) as producer:
        producer.activate_many(list(varied(limited_account.name, sets, BURST)))
    return [0.0] * BURST


def trickle(
    environment: Environment, limited_account: LimitedAccount, sets: int, seconds: float
) -> list[float]:
    """Send rows steadily; return when each came."""
    came: list[float] = []
    began = time.monotonic()
    supply = varied(limited_account.name, sets, int(seconds * RATE))
    with Producer(environment.broker_url) as producer:
        while time.monotonic() < began + seconds:
            due = int((time.monotonic() - began) * RATE) - len(came)
            sent = list(islice(supply, due))
            producer.activate_many(sent)
            came += [time.monotonic() - began] * len(sent)
            time.sleep(TICK)
    return came


def varied(audience: str, sets: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield rows whose variables' names are those of one set after the other."""
    for number, which in zip(range(count), cycle(range(sets)), strict=False):
        yield {
            "audience": audience,
            "profile_id": f"{audience}-{number}",
            "call_type": "ADD",
            "identifiers": {"email": f"{audience}-{number}@example.com"},
            "variables": {f"points_{which}": number},
        }


def compare(what: str, limited_account: LimitedAccount, sets: int, came: Sequence[float]) -> Finding:
    """Wait until all rows have arrived; return the fewest calls as a share of those made."""
    emulator = limited_account.environment.emulator

    def arrived() -> int:
        return sum(call["recipients"] for call in emulator.calls(limited_account.account))

    wait_until(lambda: arrived() >= len(came), TIMEOUT, lambda: f"{arrived():,} of {len(came):,} rows")
    made = len(emulator.calls(limited_account.account))
    best = sum(fewest(came[which::sets]) for which in range(sets))
    return Finding(what, best / made, "best : made", f"{len(came):,} rows, at best {best} calls, made {made}")


def fewest(came: Sequence[float]) -> int:
    """Count the calls that rows of one set need: full ones, or what came until the oldest is due."""
    calls, room, until = 0, 0, 0.0
    for moment in came:
        if room == 0 or moment > until:
            calls, room, until = calls + 1, MAX_ROWS, moment + MAX_AGE
        room -= 1
    return calls
