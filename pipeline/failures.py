"""Decide what follows from a call that brought no verdicts."""

import logging
import random
from dataclasses import dataclass

import redis

from pipeline import limits, mirror
from pipeline.call import Rejection
from pipeline.catalog import Records
from pipeline.connector import Connector
from pipeline.destination import Destination
from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.lanes import Batch, Lanes
from pipeline.ledger import Row
from pipeline.responsys.actions import Action
from pipeline.settlement import Report, Settlement

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8  # tries of one batch; throttling uses none up
MOST_DELAY = 300.0  # seconds between two tries


@dataclass(frozen=True)
class Job:
    """A batch with everything its delivery needs."""

    batch: Batch
    destination: Destination
    connector: Connector
    action: Action
    rows: tuple[Row, ...] = ()

    @property
    def resend(self) -> bool:
        """Whether doing it twice is harmless, or wanted, when nobody knows if it was done."""
        return self.action.repeatable or self.destination.on_unknown == "resend"


class Failures:
    """What is done about each kind of ``CallError``; ``sent``: the call may have gone out."""

    def __init__(
        self, client: redis.Redis, lanes: Lanes, records: Records, settlement: Settlement, window: float
    ) -> None:
        self._client = client
        self._lanes = lanes
        self._records = records
        self._settlement = settlement
        self._window = window

    def handle(self, job: Job, error: CallError, *, sent: bool) -> Report:
        """Hold, wait, try again, halve or reject; what is known of a call is not forgotten for a store."""
        fields = {"batch": job.batch.id, "connector": job.connector.name, "code": error.code}
        log.info("call failed", extra=fields)
        return self._settlement.persist(job.batch, lambda: self._decide(job, error, sent=sent))

    def _decide(self, job: Job, error: CallError, *, sent: bool) -> Report:
        if isinstance(error, Held):
            return self._held(job, error, sent=sent)
        if isinstance(error, Throttled):
            return self._throttled(job, error, sent=sent)
        if isinstance(error, RetryLater) or (isinstance(error, OutcomeUnknown) and job.resend):
            return self._again(job, error, sent=sent)
        if isinstance(error, Refused) and error.isolate and job.batch.rows > 1:
            self._lanes.split(job.batch, job.batch.attempt)
            return Report(f"{error.code}: refused as a whole, halved to find the row", again=True)
        return self._reject(job, error)

    def hold(self, job: Job, error: Held) -> None:
        """Stop the connector or destination until a person acts, and show why."""
        name = job.connector.name if error.scope == "connector" else job.destination.name
        self._settlement.persist(job.batch, lambda: self._stop(error, name))
        log.warning("held", extra={"scope": error.scope, "record": name, "code": error.code})

    def _stop(self, error: Held, name: str) -> None:
        self._records.hold(error.scope, name, "held", error.code, error.detail)
        mirror.publish(self._client, self._records.load())

    def _held(self, job: Job, error: Held, *, sent: bool) -> Report:
        self.hold(job, error)
        if sent:
            self._lanes.settle(job.batch, job.batch.attempt, range(job.batch.rows))
        else:
            self._lanes.retry(job.batch, job.batch.attempt, delay=0, spend=False, refund=True)
        return Report(f"{error.code}: {error.scope} held, its rows wait", again=True)

    def _throttled(self, job: Job, error: Throttled, *, sent: bool) -> Report:
        batch = job.batch
        if error.scope == "function":
            limits.throttled(self._client, batch.account, batch.function, self._window)
        elif error.scope == "account":
            limits.exhausted(self._client, batch.account, batch.id, self._window)
        self._lanes.retry(batch, batch.attempt, delay=error.delay or 0, spend=False, refund=not sent)
        return Report(f"{error.code}: {batch.rows} rows wait", again=True)

    def _again(self, job: Job, error: CallError, *, sent: bool) -> Report:
        batch = job.batch
        if batch.tries + 1 >= MAX_ATTEMPTS:
            return self._reject(job, error)
        backoff = random.uniform(0, min(MOST_DELAY, 2.0 ** (batch.tries + 1)))  # noqa: S311 - full jitter
        delay = max(backoff, getattr(error, "delay", None) or 0)
        tries = self._lanes.retry(batch, batch.attempt, delay=delay, spend=True, refund=not sent)
        return Report(f"{error.code}: {batch.rows} rows, try {tries} of {MAX_ATTEMPTS}", again=True)

    def _reject(self, job: Job, error: CallError) -> Report:
        why = Rejection(error.code, error.detail)
        return self._settlement.reject(job.batch, job.action.name, job.rows, why)
