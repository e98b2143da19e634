"""Decide what follows from an answer: the next step of the batch, or its end."""

from typing import Any

from pipeline.deliver.failures import Failures
from pipeline.deliver.job import Job
from pipeline.deliver.set_ups import SetUps
from pipeline.errors import CallError, Held, Refused
from pipeline.lanes.lanes import Lanes
from pipeline.model.action import Step
from pipeline.responsys.errors import SETUP_CODES
from pipeline.settle.settlement import DeliveryResult, Settlement
from pipeline.text.plural import counted

FIRST_POLL = 1.0  # seconds until the answer of an asynchronous call is first asked for


class Answers:
    """Takes batches from their answers onwards."""

    def __init__(self, lanes: Lanes, settlement: Settlement, failures: Failures, once: SetUps) -> None:
        self._lanes = lanes
        self._settlement = settlement
        self._failures = failures
        self._once = once

    def answered(self, job: Job, step: Step, answer: Any) -> DeliveryResult:
        """Go on behind a call that was answered, or taken on to be answered later."""
        request = request_of(answer)
        if request is not None:
            self._settlement.persist(job.batch, lambda: self._lanes.submitted(job.batch, request, FIRST_POLL))
            return DeliveryResult(
                f"{counted(len(job.left), 'row')} of {job.action.destination.name} submitted", again=True
            )
        return self._settlement.persist(job.batch, lambda: self._judged(job, step, answer))

    def failed(self, job: Job, step: Step, error: CallError) -> DeliveryResult:
        """Go on behind a call that was refused, unless the refusal says that all is well."""
        return self._settlement.persist(job.batch, lambda: self._refused(job, step, error))

    def _judged(self, job: Job, step: Step, answer: Any) -> DeliveryResult:
        try:
            return self._next(job, step, answer)
        except CallError as error:
            if step.sets_up is not None:
                self._once.leave(job.action.connector.account, step.sets_up)
            return self._failures.handle(job, error, sent=True)

    def _refused(self, job: Job, step: Step, error: CallError) -> DeliveryResult:
        if step.sets_up is None and error.code in step.settled_by:
            return self._onwards(job.after([None] * len(job.left)))
        if step.sets_up is None:
            return self._failures.handle(job, error, sent=True)
        self._once.leave(job.action.connector.account, step.sets_up)
        if error.code in step.settled_by:
            self._once.remember(job.action.connector.account, step.sets_up)
            return self._onwards(job.skipped())
        if isinstance(error, Refused):  # no row spoils a set-up, and no other row mends it
            error = Held("destination", error.code, f"{step.name}: {error.detail}")
        return self._failures.handle(job, error, sent=True)

    def skip_known(self, job: Job) -> Job:
        """Pass over set-up steps for what the account is known to have."""
        account = job.action.connector.account
        while (step := job.step) and step.sets_up and self._once.known(account, step.sets_up):
            job = job.skipped()
        return job

    def turn(self, job: Job, *, refund: bool) -> DeliveryResult:
        """Wait for a permit of the function that the next step needs."""
        step = job.step
        if step is None:
            return self.close(job)
        progress, outside = job.progress.dumps(), step.sets_up is not None
        self._settlement.persist(
            job.batch,
            lambda: self._lanes.turn(
                job.batch, step.function, progress, delay=0, refund=refund, outside=outside
            ),
        )
        return DeliveryResult(
            f"{counted(len(job.left), 'row')} of {job.action.destination.name}, next: {step.name}", again=True
        )

    def close(self, job: Job, returned: tuple[int, ...] = ()) -> DeliveryResult:
        """End a batch whose rows all have their verdicts."""
        verdicts = job.progress.verdicts(len(job.rows))
        return self._settlement.close(job.batch, job.action.name, job.rows, verdicts, returned, job.then)

    def _next(self, job: Job, step: Step, answer: Any) -> DeliveryResult:
        if step.sets_up is not None:
            return self._set_up(job, step, step.sets_up, answer)
        verdicts = step.verdicts(job.left, answer)
        missing = [position for position, why in enumerate(verdicts) if why and why.code in SETUP_CODES]
        done = job.after(verdicts)
        if missing and len(job.steps) == 1:
            # Not the rows' fault: the others are done, these wait until somebody has seen to it.
            why = verdicts[missing[0]]
            self._failures.hold(job, Held("destination", why.code if why else "", why.detail if why else ""))
            positions = job.progress.left(range(len(job.rows)))
            return self.close(done, tuple(positions[i] for i in missing))
        return self._onwards(done)

    def _set_up(self, job: Job, step: Step, thing: str, answer: Any) -> DeliveryResult:
        account = job.action.connector.account
        try:
            there = step.found is None or step.found(answer)
        except CallError:
            self._once.leave(account, thing)
            raise
        if there:
            self._once.remember(account, thing)
            self._once.leave(account, thing)
        return self._onwards(job.skipped())

    def _onwards(self, job: Job) -> DeliveryResult:
        job = self.skip_known(job)
        return self.close(job) if job.step is None else self.turn(job, refund=False)


def request_of(answer: Any) -> str | None:
    """Return the id under which an asynchronous call was taken on; None for any other answer."""
    if isinstance(answer, dict) and answer.get("status") == "REQUEST_ACCEPTED":
        request = answer.get("requestId")
        return request if isinstance(request, str) else None
    return None
