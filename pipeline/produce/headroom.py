"""Keep the last fifth of Redis' memory for real-time changes: a backfill waits before it is full."""

import time

import redis

SHARE = 0.8  # of maxmemory, up to which a backfill may fill it
FRESH = 0.1  # seconds that a look is believed; 4 MB of rows from the fastest producer


class NearlyFull(redis.OutOfMemoryError):
    """What is left is not for a backfill."""


class Headroom:
    """The memory of one server that is not for backfills."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._fine_until = 0.0

    def respect(self) -> None:
        """Raise NearlyFull when a backfill has to wait."""
        if time.monotonic() < self._fine_until:
            return
        memory = self._client.info("memory")
        if 0 < SHARE * int(memory.get("maxmemory", 0)) <= int(memory["used_memory"]):
            raise NearlyFull
        self._fine_until = time.monotonic() + FRESH
