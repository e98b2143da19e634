"""Erase one profile from both stores, pass by pass, while everything goes on.

A change travels from snapshots and messages to the intake, the lanes, a batch and the dead letters. A pass
goes the same way: a change that it does not find in one place, it meets in a later one. Rows that a worker or
a run has claimed are left alone, for they are settled in a moment: a claim is accepted, a call is answered.
Passes are repeated until none of the profile's rows is claimed.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import redis
from sqlalchemy import Engine

from pipeline.operate.erasure import (
    event_files,
    intake,
    lanes,
    letters,
    messages,
    outcomes,
    snapshots,
    witness_notes,
)
from pipeline.operate.erasure.found import Found

log = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two passes


class Erasure:
    """Erases profiles; ``progress`` gets the reason for which another pass is needed."""

    def __init__(
        self,
        client: redis.Redis,
        engine: Engine,
        progress: Callable[[str], None] = lambda _reason: None,
        *,
        events: Engine | None = None,
        data_dir: Path | None = None,
    ) -> None:
        """``events``: the events store, None: there is none yet; ``data_dir``: with the spools of imports."""
        self._client = client
        self._engine = engine
        self._events = events
        self._data_dir = data_dir
        self._progress = progress

    def look(self, profile: str) -> Found:
        """Count a profile's rows, entries and letters by place, and change nothing."""
        found = Found()
        self._once(profile, found, only_count=True)
        found.not_erased.clear()
        return found

    def look_at_unsettled(self, profile: str) -> Found:
        """Count as ``look`` does, but neither dead letters nor outcomes, which takes longer than all else."""
        found = Found()
        self._unsettled(profile, found, only_count=True)
        found.not_erased.clear()
        return found

    def erase(self, profile: str, deadline: float) -> Found:
        """Erase a profile until ``deadline`` (monotonic clock); ``not_erased`` names the rest."""
        found = Found()
        while True:
            found.not_erased.clear()
            self._once(profile, found, only_count=False)
            if not found.not_erased or time.monotonic() >= deadline:
                log.info("profile erased", extra={"found": found.total, "left": len(found.not_erased)})
                return found
            self._progress("; ".join(found.not_erased))
            time.sleep(PAUSE)

    def _once(self, profile: str, found: Found, *, only_count: bool) -> None:
        self._unsettled(profile, found, only_count=only_count)
        letters.erase(self._engine, profile, found, only_count=only_count)
        outcomes.erase(self._engine, profile, found, only_count=only_count)
        witness_notes.erase(self._engine, profile, found, only_count=only_count)
        if self._events is not None:
            event_files.erase(self._events, profile, found, only_count=only_count)
        if self._data_dir is not None and not only_count:
            event_files.erase_fetched(self._engine, self._data_dir, found)

    def _unsettled(self, profile: str, found: Found, *, only_count: bool) -> None:
        snapshots.erase(self._client, self._engine, profile, found, only_count=only_count)
        messages.erase(self._client, profile, found, only_count=only_count)
        intake.erase(self._client, profile, found, only_count=only_count)
        lanes.erase(self._client, self._engine, profile, found, only_count=only_count)
