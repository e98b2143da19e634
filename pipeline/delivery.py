"""Deliver one batch: one call, one verdict per row, and a record of both.

Where it may stop, and what happens then, is the table of design.md, section 4.5.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.activation import Activation
from pipeline.call import Call, Rejection
from pipeline.connector import Connector
from pipeline.current_catalog import CurrentCatalog
from pipeline.errors import CallError, Held, OutcomeUnknown, Refused
from pipeline.failures import Failures, Job
from pipeline.lanes import Batch, Lanes
from pipeline.ledger import Row
from pipeline.responsys.actions import ACTIONS, SETUP_CODES
from pipeline.responsys.client import Client
from pipeline.settlement import Report, Settlement

log = logging.getLogger(__name__)

REMOVED = Rejection("Invalid", "the destination was removed before the row could be sent")
STALE = Report("nothing to do: settled, or taken over by another attempt")


class Delivery:
    """Delivers batches; one object serves all threads of a worker."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        catalog: CurrentCatalog,
        responsys: Callable[[Connector], Client],
        settlement: Settlement,
        failures: Failures,
        stopping: threading.Event,
    ) -> None:
        self._lanes = lanes
        self._catalog = catalog
        self._responsys = responsys
        self._settlement = settlement
        self._failures = failures
        self._stopping = stopping
        self._calling: set[tuple[Batch, int]] = set()  # begun here and not settled

    def deliver(self, batch_id: str, attempt: int) -> Report:
        """Deliver a batch, or find out what became of it when an earlier attempt was cut off."""
        batch = self._lanes.batch(batch_id)
        if batch is None or batch.attempt != attempt or batch.state not in ("claimed", "lapsed"):
            return STALE
        job = self._job(batch)
        if isinstance(job, Report):
            return job
        return self._recover(job) if batch.state == "lapsed" else self._send(job)

    def abandon(self) -> None:
        """Leave to others, at once, what this process has begun and will not finish."""
        for batch, attempt in list(self._calling):
            self._lanes.extend(batch, attempt, lease=0)

    def _job(self, batch: Batch) -> Job | Report:
        """Find what the batch needs; a changed configuration may end it here."""
        catalog = self._catalog()
        if batch.destination not in catalog.destinations:
            catalog = self._catalog.newest()
        destination = catalog.destinations.get(batch.destination)
        if destination is None:
            return self._settlement.repeat(batch) or self._settlement.reject(batch, "removed", (), REMOVED)
        action = ACTIONS[destination.action]
        way = (destination.connector, action.function)
        if batch.state == "claimed" and way != (batch.connector, batch.function):
            self._lanes.settle(batch, batch.attempt, range(batch.rows))
            return Report("given back: the destination was changed")
        return Job(batch, destination, catalog.connectors[destination.connector], action)

    def _recover(self, job: Job) -> Report:
        """Settle a batch whose worker was cut off somewhere between its call and its settling."""
        unknown = OutcomeUnknown("OutcomeUnknown", "the worker stopped during the call")
        return self._settlement.repeat(job.batch) or self._failures.handle(job, unknown, sent=True)

    def _send(self, job: Job) -> Report:
        if self._stopping.is_set():
            self._lanes.retry(job.batch, job.batch.attempt, delay=0, spend=False, refund=True)
            return Report("given back: this worker stops", again=True)
        client = self._responsys(job.connector)
        try:
            client.ready()
        except CallError as error:
            return self._failures.handle(job, error, sent=False)
        begun = self._lanes.begin(job.batch, job.batch.attempt)
        if not begun:
            return Report("not sent: stopped, or taken over by another attempt")
        job = replace(job, rows=tuple(Row.read(profile, text) for profile, text in begun))
        self._calling.add((job.batch, job.batch.attempt))
        try:
            return self._converse(client, job)
        finally:
            self._calling.discard((job.batch, job.batch.attempt))

    def _converse(self, client: Client, job: Job) -> Report:
        try:
            verdicts = _call(client, job)
        except CallError as error:
            return self._failures.handle(job, error, sent=True)
        missing = [i for i, verdict in enumerate(verdicts) if verdict and verdict.code in SETUP_CODES]
        if missing:  # not the rows' fault: the others are done, these wait until somebody has seen to it
            self._failures.hold(job, Held("destination", *_words(verdicts[missing[0]])))
        return self._settlement.close(job.batch, job.action.name, job.rows, verdicts, missing)


def _words(why: Rejection | None) -> tuple[str, str]:
    return (why.code, why.detail) if why else ("", "")


def _call(client: Client, job: Job) -> list[Rejection | None]:
    """Send the rows that can still be sent; the configuration may have changed since they came in."""
    problems = [
        row.problem or job.action.problem(job.connector, job.destination, row.activation) for row in job.rows
    ]
    rows = [row.activation for row, problem in zip(job.rows, problems, strict=True) if problem is None]
    verdicts: list[Rejection | None] = []
    if rows:
        answer = client.send(_built(job, rows))
        verdicts = job.action.verdicts(rows, answer, job.connector)
    answered = iter(verdicts)
    return [next(answered) if problem is None else Rejection("Invalid", problem) for problem in problems]


def _built(job: Job, rows: Sequence[Activation]) -> Call:
    try:
        return job.action.call(job.connector, job.destination, rows)
    except Exception as error:
        log.exception("call not built", extra={"batch": job.batch.id})
        raise Refused(
            "OtherError", f"no call could be built: {type(error).__name__}", isolate=True
        ) from error
