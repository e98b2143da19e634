"""The heartbeat: duties of the timer that every worker has, done although no doorbell rings.

There is no leader. Each duty is done by the worker that comes first in its interval, so any number may run
and any of them may die.

Keys
    worker:beat   there while a worker lives
"""

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

import redis
from sqlalchemy import Engine

from pipeline.accept.intake import Intake
from pipeline.accept.strays import Strays
from pipeline.alerts.facts import WORKER_SEEN
from pipeline.lanes.dispatch import Dispatch
from pipeline.lanes.leases import ANSWER_SECONDS
from pipeline.records.catalog import Catalog
from pipeline.records.mirror import restore
from pipeline.runtime.beat import BEAT, BEAT_TTL, MAX_BEAT_SECONDS, MAX_DOORBELLS
from pipeline.runtime.duties import Duties
from pipeline.runtime.timed_rings import TimedRings
from pipeline.settle import operations, retention
from pipeline.settle import statistics as stats
from pipeline.stores import stopwatch
from pipeline.stores.doorbell import RINGS, Doorbell
from pipeline.stores.shared_sums import SharedSums

MIN_BEAT_SECONDS = 0.005
ROUND_SECONDS = 0.4  # between two looks at all duties but dispatch
CATALOG_SECONDS = 5.0  # between two looks whether Redis has lost the published catalog
INTAKE_SECONDS = 0.9  # between two looks for intake whose doorbell was lost
FOLD_SECONDS = 10.0  # between two moves of counters to SQL
PRUNE_SECONDS = 600.0  # between two prunings
MESSAGES_SECONDS = 1.0  # between two looks for dead letters of messages
FORSAKEN_SECONDS = 5.0  # between two looks for operations that lost their worker


class Heartbeat:
    """The duties of one worker's timer."""

    def __init__(
        self,
        client: redis.Redis,
        engine: Engine,
        intake: Intake,
        dispatch: Dispatch,
        doorbell: Doorbell,
        keep: retention.Keeping = retention.KEEPING,
        call_seconds: SharedSums | None = None,
    ) -> None:
        self._client = client
        self._engine = engine
        self._intake = intake
        self._dispatch = dispatch
        self._doorbell = doorbell
        self._keep = keep
        self._call_seconds = call_seconds
        self._strays = Strays(client)
        self._next_round = -math.inf  # when to look at all duties but dispatch again
        self.duties = Duties(client)
        self._rings = TimedRings(client, engine, doorbell, self.duties)

    def beat(self, catalog: Catalog | Callable[[], Catalog]) -> float:
        """Do the duties that are due, and return the seconds until the next beat; raise RedisError alone.

        A duty that fails is noted for the status, and keeps no other from being done.

        When permits fall due one after the other, most beats have nothing to do but take them.
        """
        known = self.duties.attempt("records", catalog) if callable(catalog) else catalog
        if time.monotonic() >= self._next_round:
            self._next_round = time.monotonic() + ROUND_SECONDS
            self._doorbell.ring_again()
            if self._call_seconds:
                self._call_seconds.move(self._client)
            self._go_round(known)
        wait = self.duties.attempt("dispatch", self._dispatch.run) if known else None
        return MAX_BEAT_SECONDS if wait is None else min(MAX_BEAT_SECONDS, max(MIN_BEAT_SECONDS, wait))

    def _go_round(self, catalog: Catalog | None) -> None:
        self._client.set(BEAT, "1", px=round(BEAT_TTL * 1000))
        if catalog and self.duties.take("catalog", CATALOG_SECONDS):
            self.duties.attempt("catalog", partial(restore, self._client, catalog), CATALOG_SECONDS)
        if self.duties.take("intake", INTAKE_SECONDS):
            stopwatch.restart(self._client, WORKER_SEEN)
            self.duties.attempt("intake", self._ring)
            if catalog:
                self.duties.attempt("batches", self._dispatch.take_back)
        if catalog and self.duties.take("unanswered", ANSWER_SECONDS):
            self.duties.attempt("unanswered", self._dispatch.ring_for_unanswered)
        self._keep_sql()
        if catalog:
            self._rings.ring(catalog)

    def _keep_sql(self) -> None:
        """Move counters and dead letters of strays from Redis to SQL; prune there and rerun operations."""
        duties: Sequence[tuple[str, str, float, Callable[[], object]]] = (
            (
                "fold",
                "numbers",
                FOLD_SECONDS,
                partial(stats.move_counters_to_sql, self._client, self._engine),
            ),
            ("messages", "messages", MESSAGES_SECONDS, partial(self._strays.write_letters, self._engine)),
            ("prune", "prune", PRUNE_SECONDS, partial(retention.prune, self._engine, self._keep)),
            ("operations", "operations", FORSAKEN_SECONDS, self._run_forsaken),
        )
        for turn, duty, interval, work in duties:
            if self.duties.take(turn, interval):
                self.duties.attempt(duty, work, interval)

    def _run_forsaken(self) -> None:
        for operation in operations.forsaken(self._engine):
            self._doorbell.run_operation(operation)

    def _ring(self) -> None:
        """Ring for shards that wait because their own doorbell was lost."""
        if self._client.llen("activations") < MAX_DOORBELLS:
            for shard in islice(self._intake.waiting(), RINGS):
                self._doorbell.ring_accept(shard)
