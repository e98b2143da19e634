"""A Redis that lost everything it held (``FLUSHALL``, or a server without its file), told to the status.

Keys
    note:emptied   when a worker found that it was so, seconds since the epoch; there for a day
"""

from datetime import UTC, datetime

import redis

NOTE_SECONDS = 24 * 60 * 60


def leave(client: redis.Redis) -> None:
    """Note that Redis was found empty now."""
    seconds, _ = client.time()
    client.set("note:emptied", seconds, ex=NOTE_SECONDS)


def read(client: redis.Redis) -> datetime | None:
    """Return when Redis was last found empty; None: not within a day."""
    found = client.get("note:emptied")
    return None if found is None else datetime.fromtimestamp(int(found), UTC)
