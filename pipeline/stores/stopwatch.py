"""Stopwatches: seconds since an event, by the clock of Redis alone.

Keys
    since:{event}   begun at the event; its age is told by the time that it has left to live
"""

import redis

LIFE = 400 * 24 * 3600 * 1000  # ms


def restart(client: redis.Redis, event: str) -> None:
    """Count from now."""
    client.set(f"since:{event}", 1, px=LIFE)


def seconds(client: redis.Redis, event: str) -> float:
    """Return the seconds since the event; one that Redis does not know is counted from now."""
    client.set(f"since:{event}", 1, px=LIFE, nx=True)
    return max(0.0, (LIFE - int(client.pttl(f"since:{event}"))) / 1000)
