"""The heartbeat: duties of the timer that every worker has, done although no doorbell rings.

There is no leader. Each duty is done by the worker that comes first in its interval, so any number may run
and any of them may die.

Keys
    turn:{duty}          there for the interval in which a worker has done this duty
    worker:beat          there while a worker lives
    turn:limits:{a}      the same for reading an account's limits
    turn:source:{s}:{m}  the same for running a source (see snapshots/schedule.py)
    turn:nudge:{s}       the same for running a source that was nudged (see stores/nudges.py)
    turn:schema:{c}      the same for comparing the schema of a connector (see stores/schema_notes.py)
    turn:import:{i}:{m}  the same for running an import (see event_files/import_schedule.py)
"""

import logging
import math
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.accept.intake import Intake
from pipeline.accept.strays import Strays
from pipeline.alerts.facts import WORKER_SEEN
from pipeline.errors import Misconfigured
from pipeline.event_files import import_schedule
from pipeline.lanes import limits
from pipeline.lanes.dispatch import Dispatch
from pipeline.lanes.lanes import ANSWER_SECONDS
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.records.mirror import restore, why_stopped
from pipeline.runtime.beat import BEAT, BEAT_TTL, MAX_BEAT_SECONDS, MAX_DOORBELLS
from pipeline.settle import operations, retention
from pipeline.settle import statistics as stats
from pipeline.settle.witness_notes import any_note
from pipeline.snapshots import schedule
from pipeline.stores import duty_trouble, nudges, schema_notes, sql_trouble, stopwatch
from pipeline.stores.doorbell import RINGS, Doorbell
from pipeline.stores.shared_sums import SharedSums

log = logging.getLogger(__name__)

Result = TypeVar("Result")

MIN_BEAT_SECONDS = 0.005
ROUND_SECONDS = 0.4  # between two looks at all duties but dispatch
CATALOG_SECONDS = 5.0  # between two looks whether Redis has lost the published catalog
INTAKE_SECONDS = 0.9  # between two looks for intake whose doorbell was lost
FOLD_SECONDS = 10.0  # between two moves of counters to SQL
PRUNE_SECONDS = 600.0  # between two prunings
MESSAGES_SECONDS = 1.0  # between two looks for dead letters of messages
FORSAKEN_SECONDS = 5.0  # between two looks for operations that lost their worker
NOTES_SECONDS = 2.0  # between two looks for notes that batches left
EMAILS_SECONDS = 300.0  # between two looks for e-mails without an answer
CONSENTS_SECONDS = 10.0  # between two looks for wishes that a command has left, and for new members
SCHEMAS_SECONDS = 60.0  # between two looks for schemas that are to be compared
SCHEMA_SECONDS = 86_400.0  # between two comparisons of one connector's schema
PEOPLE_SECONDS = 3600.0  # between two looks after people
LIMITS_RETRY_SECONDS = 300.0  # until an account that did not tell its limits is asked again


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
        self._failed: set[str] = set()  # duties that failed when this worker last tried them

    def beat(self, catalog: Catalog | Callable[[], Catalog]) -> float:
        """Do the duties that are due, and return the seconds until the next beat; raise RedisError alone.

        A duty that fails is noted for the status, and keeps no other from being done.

        When permits fall due one after the other, most beats have nothing to do but take them.
        """
        known = self.attempt("records", catalog) if callable(catalog) else catalog
        if time.monotonic() >= self._next_round:
            self._next_round = time.monotonic() + ROUND_SECONDS
            self._doorbell.ring_again()
            if self._call_seconds:
                self._call_seconds.move(self._client)
            self._go_round(known)
        wait = self.attempt("dispatch", self._dispatch.run) if known else None
        return MAX_BEAT_SECONDS if wait is None else min(MAX_BEAT_SECONDS, max(MIN_BEAT_SECONDS, wait))

    def attempt(self, duty: str, work: Callable[[], Result], interval: float = 0) -> Result | None:
        """Do one duty; if it fails, note why and return None. ``interval``: seconds between two tries."""
        try:
            result = work()
        except redis.RedisError:
            raise
        except Exception as error:  # noqa: BLE001 -- none may end the timer
            self._note(duty, error, interval)
            return None
        if duty in self._failed:
            self._failed.discard(duty)
            duty_trouble.clear(self._client, duty)
        return result

    def _note(self, duty: str, error: Exception, interval: float) -> None:
        if duty not in self._failed or not isinstance(error, SQLAlchemyError | Misconfigured):
            log.error("duty not done", exc_info=error, extra={"duty": duty})
        self._failed.add(duty)
        if isinstance(error, SQLAlchemyError):
            sql_trouble.leave(self._client, error)
        else:
            duty_trouble.leave(self._client, duty, error, interval)

    def _go_round(self, catalog: Catalog | None) -> None:
        self._client.set(BEAT, "1", px=round(BEAT_TTL * 1000))
        if catalog and self._take_duty("catalog", CATALOG_SECONDS):
            self.attempt("catalog", partial(restore, self._client, catalog), CATALOG_SECONDS)
        if self._take_duty("intake", INTAKE_SECONDS):
            stopwatch.restart(self._client, WORKER_SEEN)
            self.attempt("intake", self._ring)
            if catalog:
                self.attempt("batches", self._dispatch.take_back)
        if catalog and self._take_duty("unanswered", ANSWER_SECONDS):
            self.attempt("unanswered", self._dispatch.ring_for_unanswered)
        self._keep_sql()
        if catalog:
            self.attempt("limits", partial(self._learn_limits, catalog))
            self.attempt("sources", partial(self._run_sources, catalog))
            self.attempt("imports", partial(self._run_imports, catalog))
            self.attempt("notes", partial(self._take_notes, catalog))
            self.attempt("emails", partial(self._look_emails_up, catalog))
            self.attempt("schemas", partial(self._compare_schemas, catalog))

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
            if self._take_duty(turn, interval):
                self.attempt(duty, work, interval)

    def _run_forsaken(self) -> None:
        for operation in operations.forsaken(self._engine):
            self._doorbell.run_operation(operation)

    def _run_sources(self, catalog: Catalog) -> None:
        for source in schedule.due(catalog, self._engine, self._take_duty):
            self._doorbell.run_source(source)
        for source in self._nudged(catalog):
            if nudges.may_call(self._client, source):
                self._doorbell.run_source(source)

    def _nudged(self, catalog: Catalog) -> list[str]:
        """Name the sources that a nudge waits for; that of a source that is gone is dropped."""
        if not any(source.is_stream for source in catalog.sources.values()):
            return []
        waiting = nudges.waiting(self._client)
        for gone in {*waiting} - catalog.sources.keys():
            nudges.take(self._client, gone)
        return [name for name in waiting if name in catalog.sources]

    def _run_imports(self, catalog: Catalog) -> None:
        for name in import_schedule.due(catalog, self._engine, self._take_duty):
            self._doorbell.run_import(name)

    def _take_notes(self, catalog: Catalog) -> None:
        """Ring for notes of batches, where streams or rules wait for them; once an hour in any case."""
        if not catalog.witnessed_audiences or self._client.llen("sync") >= MAX_DOORBELLS:
            return
        is_time = self._take_duty("people", PEOPLE_SECONDS)
        is_time |= bool(catalog.consents) and self._take_duty("consents", CONSENTS_SECONDS)
        if is_time or (self._take_duty("notes", NOTES_SECONDS) and any_note(self._engine)):
            self._doorbell.take_notes()

    def _look_emails_up(self, catalog: Catalog) -> None:
        """Ring for the look-up of e-mails without an answer, where event files may tell of them."""
        if not catalog.imports or not catalog.sends_email or self._client.llen("sync") >= MAX_DOORBELLS:
            return
        if self._take_duty("emails", EMAILS_SECONDS):
            self._doorbell.look_emails_up()

    def _compare_schemas(self, catalog: Catalog) -> None:
        """Ring once a day for each connector, the first time a day after it was met."""
        if not self._take_duty("schemas", SCHEMAS_SECONDS) or self._client.llen("sync") >= MAX_DOORBELLS:
            return
        for name, connector in catalog.connectors.items():
            if kind_of(connector).field_shapes is None or why_stopped(catalog, connector):
                continue
            if self._take_duty(f"schema:{name}", SCHEMA_SECONDS) and not schema_notes.is_new(
                self._client, name
            ):
                self._doorbell.compare_schema(name)

    def _ring(self) -> None:
        """Ring for shards that wait because their own doorbell was lost."""
        if self._client.llen("activations") < MAX_DOORBELLS:
            for shard in islice(self._intake.waiting(), RINGS):
                self._doorbell.ring_accept(shard)

    def _learn_limits(self, catalog: Catalog) -> None:
        """Ring for the limits of accounts that have not told them, or not recently enough."""
        for connector in catalog.connectors.values():
            if kind_of(connector).read_limits is None or why_stopped(catalog, connector):
                continue
            if limits.asked_recently(self._client, connector.account):
                continue
            if self._take_duty(
                limits.asking_key(connector.account).removeprefix("turn:"), LIMITS_RETRY_SECONDS
            ):
                self._doorbell.read_limits(connector.name)

    def _take_duty(self, duty: str, seconds: float) -> bool:
        """Take a duty on; False if a worker did within the last ``seconds``."""
        return bool(self._client.set(f"turn:{duty}", uuid.uuid4().hex, nx=True, px=round(seconds * 1000)))
