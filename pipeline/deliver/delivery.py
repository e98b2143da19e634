"""Delivery: the calls of a batch, one for each of its steps.

Each point at which it may stop is a row of a table in docs/extending.md.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic as now

from pipeline.deliver import events
from pipeline.deliver.briefing import Briefer, briefed
from pipeline.deliver.call_seconds import BOUNDS, KEY
from pipeline.deliver.decide import decide
from pipeline.deliver.effects import Effects
from pipeline.deliver.events import Answered, AnsweredLater, Event, Failed
from pipeline.deliver.job import Job
from pipeline.deliver.job_reading import JobReader
from pipeline.deliver.places import at_fresh_step
from pipeline.deliver.set_ups import SetUps
from pipeline.deliver.threads import ThreadShare
from pipeline.errors import CallError, Refused, RetryLater
from pipeline.lanes.batch import Batch, Contents
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.model.action import Step
from pipeline.model.call import Sender
from pipeline.model.connector import Connector
from pipeline.records.current import CurrentCatalog
from pipeline.settle.settlement import DeliveryResult, Settlement
from pipeline.stores.shared_sums import SharedSums

log = logging.getLogger(__name__)

CALL_ENDED = (Answered, Failed, AnsweredLater)


class Delivery:
    """Delivers batches; one object serves all threads of a worker."""

    def __init__(
        self,
        lanes: Lanes,
        catalog: CurrentCatalog,
        clients: Callable[[Connector], Sender],
        settlement: Settlement,
        set_ups: SetUps,
        effects: Effects,
        stopping: threading.Event,
        call_seconds: SharedSums | None = None,
        briefers: Sequence[Briefer] = (),
    ) -> None:
        self._lanes = lanes
        self._jobs = JobReader(lanes, catalog, settlement)
        self._clients = clients
        self._settlement = settlement
        self._set_ups = set_ups
        self._effects = effects
        self._stopping = stopping
        self._briefers = briefers
        self._call_seconds = call_seconds or SharedSums(KEY)
        self._calling: set[Batch] = set()  # begun here and not settled
        self.thread_share = ThreadShare()

    def deliver(
        self,
        batch_id: str,
        attempt: int,
        contents: Contents | None = None,
        next_quota: Quota | None = None,
    ) -> DeliveryResult:
        """Make the call of a batch's next step, or settle a batch that lost its worker.

        ``contents``: the batch, if the caller has just claimed and read it. ``next_quota``: claim the next
        batch of this quota while settling this one; it is returned in the result.
        """
        job = self._jobs.read(batch_id, attempt, ("claimed", "lapsed"), contents, next_quota)
        if isinstance(job, DeliveryResult):
            return job
        if job.batch.kills_workers:
            return self._follow(job, events.KillsWorkers())
        if job.batch.state == "lapsed":
            recorded = self._settlement.recorded(job.batch)
            return self._follow(
                job, events.Lapsed() if recorded is None else events.Recorded(tuple(recorded))
            )
        if self._stopping.is_set():
            return self._follow(job, events.WorkerStops())
        with self.thread_share.reserve(job.action.connector.name) as reserved:
            if reserved:
                return self._advance(job)
        return self._follow(job, events.NoThread())

    def resume(self, batch_id: str, attempt: int, outcome: Answered | Failed) -> DeliveryResult:
        """Go on with a batch after the end of its submitted call."""
        job = self._jobs.read(batch_id, attempt, ("submitted",))
        return self._follow(job, AnsweredLater(outcome)) if isinstance(job, Job) else job

    def abandon(self) -> None:
        """End the leases of the calls that this process has begun: other workers take over at once."""
        for batch in list(self._calling):
            self._lanes.extend(batch, lease=0)

    def renew_leases(self) -> None:
        """Let no other worker take the calls of this process for lost."""
        for batch in list(self._calling):
            self._lanes.extend(batch)

    def _advance(self, job: Job) -> DeliveryResult:
        """Do the next step that is needed, now if the batch came with a permit for its function."""
        if job.progress.step:
            job = at_fresh_step(job, time.time())
        try:
            job = briefed(job, self._briefers) if job.action.wants_briefing else job
        except RetryLater:
            return self._follow(job, events.NotBriefed())
        if job.step is not None and job.step.sets_up:
            job = self._knowing(job)
        job = job.at_needed_step
        if job.step is None or job.step.function != job.batch.function:
            return self._follow(job, events.OtherPermit())
        try:
            return self._follow(job, self._call(job, job.step))
        finally:
            self._calling.discard(job.batch)

    def _call(self, job: Job, step: Step) -> Event:
        """Make the call of a step, unless something is in its way; the batch counts as begun then."""
        account = job.action.connector.account
        if step.sets_up and not self._set_ups.reserve(account, step.sets_up, job.batch.id):
            return events.SetUpTaken(step)
        client = self._clients(job.action.connector)
        try:
            client.ready()
        except CallError as error:
            return Failed(error, sent=False)
        begun = self._lanes.begin(job.batch, job.progress.dumps(), lasting=not step.repeatable)
        if not begun:
            return events.PermitExpired() if begun is None else events.Overtaken()
        self._calling.add(job.batch)
        return self._send(job, step, client)

    def _send(self, job: Job, step: Step, client: Sender) -> Answered | Failed:
        """Send the call of a step, and note how long it took.

        A row that makes building it fail is to be found like one that spoils its call.
        """
        try:
            call = step.call(job.plan.rows)
        except Exception as error:
            log.exception("call not built", extra={"batch": job.batch.id})
            why = f"no call could be built: {type(error).__name__}"
            return Failed(Refused("OtherError", why, isolate=True))
        began = now()
        try:
            answer, failure = client.send(call), None
        except CallError as error:
            answer, failure = None, error
        seconds = now() - began
        self._call_seconds.count(f"{job.action.connector.name}|{call.function}", seconds, BOUNDS)
        return Failed(failure, seconds=seconds) if failure else Answered(answer, seconds)

    def _follow(self, job: Job, event: Event) -> DeliveryResult:
        """Make the move that follows from an event; a worker that stops claims no other batch with it."""
        if self._stopping.is_set():
            job = replace(job, next_quota=None)
        if isinstance(event, CALL_ENDED):
            took = None if isinstance(event, AnsweredLater) else event.seconds
            seconds = job.seconds if took is None else took
            job = replace(job, seconds=seconds, answered_at=time.time())
            if any(step.sets_up for step in job.plan.steps[job.progress.step :]):
                job = self._settlement.persist(job.batch, self._knowing, job)
        return self._effects.carry_out(job, decide(job, event))

    def _knowing(self, job: Job) -> Job:
        """Return the job with all things that its account is known to have."""
        return job.knowing(self._set_ups.known(job.action.connector.account))
