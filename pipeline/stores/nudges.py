"""Nudges: an outside system says that something has changed, and its sources run before their time.

Any number of nudges before a run begins lead to one run. A nudge during a run leads to another run: its
record may belong to a page that was already read.

Keys
    nudges                set of names of sources; a run takes its own out before it reads
    turn:nudge:{source}   there for some seconds after a worker was called for a source
"""

from collections.abc import Iterable
from typing import cast

import redis

KEY = "nudges"
CALL_AGAIN_SECONDS = 2.0  # between two calls of a worker for one source


def leave(client: redis.Redis, sources: Iterable[str]) -> None:
    """Leave a nudge for each source."""
    names = list(sources)
    if names:
        client.sadd(KEY, *names)


def waiting(client: redis.Redis) -> list[str]:
    """Name the sources with a nudge."""
    return sorted(name.decode() for name in cast("set[bytes]", client.smembers(KEY)))


def take(client: redis.Redis, source: str) -> bool:
    """Take a source's nudge; False if there is none."""
    return bool(client.srem(KEY, source))


def may_call(client: redis.Redis, source: str) -> bool:
    """Tell whether to call a worker for a source now; False if one was called within the last seconds."""
    return bool(client.set(f"turn:nudge:{source}", "1", nx=True, px=round(CALL_AGAIN_SECONDS * 1000)))
