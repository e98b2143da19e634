"""Headroom: the last fifth of Redis' memory is for real-time changes, and a backfill waits at its edge."""

import time

import redis

BACKFILL_SHARE = 0.8  # of maxmemory that may be used when a backfill appends
LOOK_TTL = 0.1  # seconds between two looks at the memory; 4 MB of rows from the fastest producer


class NearlyFull(redis.OutOfMemoryError):
    """Redis has memory left, but not for a backfill."""


class Headroom:
    """Looks at the memory of one server before a backfill appends."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._fine_until = 0.0

    def require(self) -> None:
        """Raise NearlyFull when a backfill has to wait."""
        if time.monotonic() < self._fine_until:
            return
        memory = self._client.info("memory")
        if 0 < BACKFILL_SHARE * int(memory.get("maxmemory", 0)) <= int(memory["used_memory"]):
            raise NearlyFull
        self._fine_until = time.monotonic() + LOOK_TTL
