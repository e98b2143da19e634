"""Deliver a batch: one call for each of its steps, one verdict per row, and a record of both.

Where it may stop, and what happens then, is the table of design.md, section 4.5.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import starmap

from pipeline.deliver.answers import Answers
from pipeline.deliver.failures import Failures
from pipeline.deliver.job import Job
from pipeline.deliver.set_ups import SetUps
from pipeline.deliver.threads import ThreadShare
from pipeline.errors import CallError, OutcomeUnknown, Refused
from pipeline.lanes.batch import Batch, Contents
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.action import Step
from pipeline.model.call import Call, Rejection
from pipeline.model.connector import Connector
from pipeline.records.current import CurrentCatalog
from pipeline.responsys.client import Client
from pipeline.settle.settlement import DeliveryResult, Settlement
from pipeline.text.plural import counted

log = logging.getLogger(__name__)

REMOVED = Rejection("Invalid", "the destination was removed before the row could be sent")
STALE = DeliveryResult("nothing to do: settled, or taken over by another attempt")
SOMEBODY_ELSE = 1.0  # seconds until a look at what another worker is setting up
CROWDED = 0.5  # seconds until a worker with a free thread is looked for again


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
        answers: Answers,
        once: SetUps,
        stopping: threading.Event,
    ) -> None:
        self._lanes = lanes
        self._catalog = catalog
        self._responsys = responsys
        self._settlement = settlement
        self._failures = failures
        self._answers = answers
        self._once = once
        self._stopping = stopping
        self._calling: set[Batch] = set()  # begun here and not settled
        self.seats = ThreadShare()

    def deliver(
        self, batch_id: str, attempt: int, contents: Contents | None = None, then: Quota | None = None
    ) -> DeliveryResult:
        """Do the next step of a batch, or find out what became of one that was cut off.

        ``contents`` is the batch as it was claimed, for who has claimed it a moment ago. Whoever goes on with
        another batch names its gate in ``then``, and finds it in the report if it could be claimed.
        """
        job = self.open(batch_id, attempt, ("claimed", "lapsed"), contents, then)
        if isinstance(job, DeliveryResult):
            return job
        if job.batch.state == "lapsed":
            return self._recover(job)
        if self._stopping.is_set():
            self._lanes.retry(job.batch, delay=0, spend=False, refund=True)
            return DeliveryResult("given back: this worker stops", again=True)
        with self.seats.take(job.action.connector.name) as seated:
            if seated:
                return self._advance(job)
        self._lanes.retry(job.batch, delay=CROWDED, spend=False, refund=True)
        return DeliveryResult("given back: the last free thread is for other connectors", again=True)

    def abandon(self) -> None:
        """Leave to others, at once, what this process has begun and will not finish."""
        for batch in list(self._calling):
            self._lanes.extend(batch, lease=0)

    def keep(self) -> None:
        """Let others know that the calls of this process are under way."""
        for batch in list(self._calling):
            self._lanes.extend(batch)

    def open(
        self,
        batch_id: str,
        attempt: int,
        states: tuple[str, ...],
        contents: Contents | None = None,
        then: Quota | None = None,
    ) -> Job | DeliveryResult:
        """Read a batch, unless that was done, and what it is for; a changed configuration may end it here."""
        found = contents or self._lanes.open(batch_id)
        if found is None or found[0].attempt != attempt or found[0].state not in states:
            return STALE
        batch, rows = found[0], tuple(starmap(Row.read, found[1]))
        catalog = self._catalog()
        if batch.destination not in catalog.destinations:
            catalog = self._catalog.newest()
        destination = catalog.destinations.get(batch.destination)
        if destination is None:
            return self._removed(batch, rows)
        if destination.problem:
            return self._settlement.repeat(batch) or waiting(batch, destination.problem)
        action = catalog.action_of(destination)
        moved = destination.connector != batch.connector or batch.function not in action.functions
        if moved and batch.state == "claimed" and not batch.progress:
            given_back = DeliveryResult("given back: the destination was changed")
            return given_back if self._lanes.give_back(batch) else STALE
        return Job.of(batch, action, rows, then)

    def _removed(self, batch: Batch, rows: Sequence[Row]) -> DeliveryResult:
        """End a batch whose destination is no more; somebody else may know it under another connector.

        Who dies before its letters are written leaves a batch that looks as if its call had gone out.
        """
        if batch.state == "claimed" and not self._lanes.begin(batch, call=False):
            return STALE
        return self._settlement.repeat(batch) or self._settlement.reject(batch, "removed", rows, REMOVED)

    def _recover(self, job: Job) -> DeliveryResult:
        """Settle a batch whose worker was cut off somewhere between its call and its settling."""
        unknown = OutcomeUnknown("OutcomeUnknown", "the worker stopped during the call")
        return self._settlement.repeat(job.batch) or self._failures.handle(job.called, unknown, sent=True)

    def _advance(self, job: Job) -> DeliveryResult:
        """Do the next step that is needed, now when the batch came with a permit for its function."""
        job = self._answers.skip_known(job)
        step = job.step
        if step is None:
            return self._answers.close(job)
        if step.function != job.batch.function:
            return self._answers.turn(job, refund=True)
        account = job.action.connector.account
        if step.sets_up and not self._once.take(account, step.sets_up, job.batch.id):
            progress = job.progress.dumps()
            self._lanes.turn(
                job.batch, step.function, progress, delay=SOMEBODY_ELSE, refund=True, outside=True
            )
            return DeliveryResult(f"{step.name}: another worker is at it", again=True)
        return self._send(job, step)

    def _send(self, job: Job, step: Step) -> DeliveryResult:
        client = self._responsys(job.action.connector)
        try:
            client.ready()
        except CallError as error:
            return self._failures.handle(job, error, sent=False)
        begun = self._lanes.begin(job.batch, job.progress.dumps())
        if begun is None:
            self._lanes.retry(job.batch, delay=0, spend=False, refund=True)
            return DeliveryResult("not sent: too late for its permit", again=True)
        if not begun:
            return DeliveryResult("not sent: stopped, or taken over by another attempt")
        self._calling.add(job.batch)
        try:
            return self._converse(client, job, step)
        finally:
            self._calling.discard(job.batch)

    def _converse(self, client: Client, job: Job, step: Step) -> DeliveryResult:
        try:
            answer = client.send(_built(job, step))
        except CallError as error:
            return self._answers.failed(job, step, error)
        if self._stopping.is_set():
            job = replace(job, then=None)
        return self._answers.answered(job, step, answer)


def waiting(batch: Batch, why: str) -> DeliveryResult:
    """Say that nothing can be done with a batch for now; its lease has it looked at again."""
    return DeliveryResult(f"{counted(batch.rows, 'row')} of {batch.destination} waiting: {why}", again=True)


def _built(job: Job, step: Step) -> Call:
    try:
        return step.call(job.left)
    except Exception as error:
        log.exception("call not built", extra={"batch": job.batch.id})
        why = f"no call could be built: {type(error).__name__}"
        raise Refused("OtherError", why, isolate=True) from error
