"""How long after a storm the destinations that had work went on."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import redis

from tests.chaos.storms import Blow
from tests.processes.limited_account import LimitedAccount


@dataclass(frozen=True)
class Recovery:
    """Of all storms of a kind: seconds from their ends to the next accepted call of who had work."""

    storms: int
    measured: int
    median: float
    longest: float


def has_work(client: redis.Redis, limited_account: LimitedAccount) -> bool:
    """Tell whether something of a destination is due, or under way."""
    seconds, micros = client.time()
    now = seconds * 1000 + micros // 1000
    lanes = f"{limited_account.name}/".encode()
    for key in client.keys(f"ready:{limited_account.account}:*"):
        if any(lane.startswith(lanes) for lane in client.zrangebyscore(key, "-inf", now)):
            return True
    batches = client.zrange(f"flying:{limited_account.account}", 0, -1)
    owners = (client.hget(f"batch:{batch.decode()}", "destination") for batch in batches)
    return any(owner == limited_account.name.encode() for owner in owners)


def recoveries(blows: Sequence[Blow], times: Mapping[str, Sequence[float]]) -> dict[str, Recovery]:
    """Measure every kind of storm; ``times`` are the calls of each destination, oldest first."""
    storms, found = defaultdict(int), defaultdict(list)
    for blow in blows:
        storms[blow.kind] += 1
        for name in blow.busy:
            position = bisect_right(times[name], blow.ended)
            if position < len(times[name]):
                found[blow.kind].append(times[name][position] - blow.ended)
    return {
        kind: Recovery(count, len(found[kind]), median(found[kind] or [0]), max(found[kind], default=0))
        for kind, count in storms.items()
    }
