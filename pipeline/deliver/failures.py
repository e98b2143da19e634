"""Decide what follows from a call that brought no verdicts."""

import logging
import random

import redis

from pipeline.deliver.job import Job
from pipeline.deliver.set_ups import SetUps
from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from pipeline.model.call import Rejection
from pipeline.records import mirror
from pipeline.records.records import Records
from pipeline.settle.settlement import DeliveryResult, Settlement
from pipeline.text.plural import counted
from pipeline.text.redaction import Hidden, values_of

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8  # tries of one batch; throttling uses none up
MOST_DELAY = 300.0  # seconds between two tries


class Failures:
    """What is done about each kind of ``CallError``; ``sent``: the call may have gone out."""

    def __init__(
        self,
        *,
        client: redis.Redis,
        lanes: Lanes,
        records: Records,
        settlement: Settlement,
        once: SetUps,
        window: float,
    ) -> None:
        self._client = client
        self._lanes = lanes
        self._records = records
        self._settlement = settlement
        self._once = once
        self._window = window

    def handle(self, job: Job, error: CallError, *, sent: bool) -> DeliveryResult:
        """Hold, wait, try again, halve or reject; what is known of a call is not forgotten for a store."""
        fields = {"batch": job.batch.id, "connector": job.action.connector.name, "code": error.code}
        log.info("call failed", extra=fields)
        return self._settlement.persist(job.batch, lambda: self._decide(job, error, sent=sent))

    def _decide(self, job: Job, error: CallError, *, sent: bool) -> DeliveryResult:
        if isinstance(error, Held):
            return self._held(job, error, sent=sent)
        if isinstance(error, Throttled):
            return self._throttled(job, error, sent=sent)
        if isinstance(error, RetryLater) or (isinstance(error, OutcomeUnknown) and job.resend):
            return self._again(job, error, sent=sent)
        if isinstance(error, Refused) and error.isolate and len(job.left) > 1:
            halves = [half.dumps() for half in job.progress.halves(len(job.rows) // 2)]
            self._lanes.split(job.batch, *halves)
            return DeliveryResult(f"{error.code}: refused as a whole, halved to find the row", again=True)
        return self._reject(job, error)

    def hold(self, job: Job, error: Held) -> None:
        """Stop the connector or destination until a person acts, and show why."""
        name = job.action.connector.name if error.scope == "connector" else job.action.destination.name
        detail = Hidden(values_of(job.left))(error.detail)
        self._settlement.persist(job.batch, lambda: self._stop(error, name, detail))
        log.warning("held", extra={"scope": error.scope, "record": name, "code": error.code})

    def pause(self, account: str, function: str, batch: str, error: Throttled) -> None:
        """Stop what ran into its limit."""
        if error.scope == "function":
            limits.throttled(self._client, account, function, self._window)
        elif error.scope == "account":
            limits.exhausted(self._client, account, batch, self._window)

    def _stop(self, error: Held, name: str, detail: str) -> None:
        self._records.hold(error.scope, name, "held", error.code, detail)
        mirror.refresh(self._client, self._records)

    def _held(self, job: Job, error: Held, *, sent: bool) -> DeliveryResult:
        self.hold(job, error)
        self._once.forget(job.action.connector.account)  # what was there may be gone
        again = job.set_up_again
        progress, step = again.progress.dumps(), again.step
        if not sent or step is None:
            self._lanes.retry(job.batch, delay=0, spend=False, refund=not sent)
        elif not job.batch.progress or not progress:
            self._lanes.settle(job.batch, range(job.batch.rows))
        else:  # its first steps are done, and must not be done again
            self._lanes.turn(
                job.batch, step.function, progress, delay=0, refund=False, outside=step.sets_up is not None
            )
        return DeliveryResult(f"{error.code}: {error.scope} held, its rows wait", again=True)

    def _throttled(self, job: Job, error: Throttled, *, sent: bool) -> DeliveryResult:
        batch = job.batch
        self.pause(batch.account, batch.function, batch.id, error)
        self._lanes.retry(batch, delay=error.delay or 0, spend=False, refund=not sent)
        return DeliveryResult(f"{error.code}: {counted(batch.rows, 'row waits', 'rows wait')}", again=True)

    def _again(self, job: Job, error: CallError, *, sent: bool) -> DeliveryResult:
        batch = job.batch
        if batch.tries + 1 >= MAX_ATTEMPTS:
            return self._reject(job, error)
        backoff = random.uniform(0, min(MOST_DELAY, 2.0 ** (batch.tries + 1)))  # noqa: S311 - full jitter
        delay = max(backoff, getattr(error, "delay", None) or 0)
        tries = self._lanes.retry(batch, delay=delay, spend=True, refund=not sent)
        return DeliveryResult(
            f"{error.code}: {counted(batch.rows, 'row')}, try {tries} of {MAX_ATTEMPTS}", again=True
        )

    def _reject(self, job: Job, error: CallError) -> DeliveryResult:
        ended = job.after([Rejection(error.code, error.detail)] * len(job.left))
        verdicts = ended.progress.verdicts(len(job.rows))
        return self._settlement.close(job.batch, job.action.name, job.rows, verdicts)
