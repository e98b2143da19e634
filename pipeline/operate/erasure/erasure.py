"""Erase one profile from both stores, pass by pass, while everything goes on.

A change travels from snapshots and messages to the intake, the lanes, a batch and the dead letters, and a
pass goes the same way: what it does not find in one place, it meets in a later one. What somebody has in hand
is left to him, for it is settled in a moment: a claim is accepted, a call is answered. So there are passes
until nothing is in anybody's hands.
"""

import logging
import time
from collections.abc import Callable

import redis
from sqlalchemy import Engine

from pipeline.operate.erasure import intake, lanes, letters, messages, snapshots
from pipeline.operate.erasure.found import Found

log = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two passes


class Erasure:
    """Erases profiles; ``progress`` is told what is waited for."""

    def __init__(
        self, client: redis.Redis, engine: Engine, progress: Callable[[str], None] = lambda _what: None
    ) -> None:
        self._client = client
        self._engine = engine
        self._progress = progress

    def look(self, profile: str) -> Found:
        """Find where something of a profile is, and change nothing."""
        found = Found()
        self._once(profile, found, look=True)
        found.left.clear()
        return found

    def erase(self, profile: str, deadline: float) -> Found:
        """Erase a profile; what cannot be until ``deadline``, of the monotonic clock, is said in ``left``."""
        found = Found()
        while True:
            found.left.clear()
            self._once(profile, found, look=False)
            if not found.left or time.monotonic() >= deadline:
                log.info("profile erased", extra={"found": found.total, "left": len(found.left)})
                return found
            self._progress("; ".join(found.left))
            time.sleep(PAUSE)

    def _once(self, profile: str, found: Found, *, look: bool) -> None:
        snapshots.erase(self._client, self._engine, profile, found, look=look)
        messages.erase(self._client, profile, found, look=look)
        intake.erase(self._client, profile, found, look=look)
        lanes.erase(self._client, self._engine, profile, found, look=look)
        letters.erase(self._engine, profile, found, look=look)
