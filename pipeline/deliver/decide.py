"""Decide the next move of a batch, from its job and one event alone; nothing is read or changed here."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.deliver import events
from pipeline.deliver.after_answer import after_answer
from pipeline.deliver.events import Event, Failed
from pipeline.deliver.failures import after_failure
from pipeline.deliver.job import Job
from pipeline.deliver.killers import ended_workers
from pipeline.deliver.moves import GiveBack, Leave, Move, NextStep, Settle, SettleAsRecorded, Split
from pipeline.deliver.onwards import onwards, set_up_done, set_up_failed
from pipeline.deliver.places import at_called_step
from pipeline.errors import Held, OutcomeUnknown, Refused

SET_UP_RETRY = 1.0  # seconds until a step that waits for another batch's set-up is looked at again
BRIEFING_RETRY = 5.0  # seconds until a batch is claimed again whose people could not be looked up
NO_THREAD_RETRY = 0.5  # seconds until a batch without a thread is claimed again
CUT_OFF = OutcomeUnknown("OutcomeUnknown", "the worker stopped during the call")


def decide(job: Job, event: Event) -> Move:
    """Return the move that follows when ``event`` befalls the batch of ``job``."""
    return ALWAYS.get(type(event)) or RULES[type(event)](job, event)


def _other_permit(job: Job, _: events.OtherPermit) -> Move:
    return onwards(job, refund=True)


def _kills_workers(job: Job, _: events.KillsWorkers) -> Move:
    """Halve the batch, of which no call went out; a row that is alone was rejected unread."""
    if len(job.rows) == 1:
        return Settle(job.verdicts)
    text = f"{ended_workers(job.batch)}: halved to find the row"
    return Split(*job.progress.halves(len(job.rows) // 2), text)


def _set_up_taken(job: Job, event: events.SetUpTaken) -> Move:
    text = f"{event.step.name}: another worker is at it"
    return NextStep(event.step.function, job.progress, text, refund=True, sets_up=True, delay=SET_UP_RETRY)


def _failed(job: Job, event: Failed) -> Move:
    """Take a refusal that means success for one; let other batches have a set-up that failed."""
    step, error = job.step, event.error
    if step is None or not event.sent:
        return after_failure(job, error, sent=event.sent)
    if error.code in step.settled_by:
        skipped = [None] * len(job.plan.rows)
        return set_up_done(job, step.sets_up) if step.sets_up else onwards(job.past_step(skipped))
    if step.sets_up and isinstance(error, Refused):  # no row spoils a set-up, and no other row mends it
        error = Held("destination", error.code, f"{step.name}: {error.detail}")
    return set_up_failed(step, after_failure(job, error))


def _answered_later(job: Job, event: events.AnsweredLater) -> Move:
    """Go on with the step that was submitted, or with the steps as a changed configuration has them."""
    job = at_called_step(job)
    is_the_same = job.step is not None and job.step.function == job.batch.function
    return decide(job, event.outcome) if is_the_same else onwards(job)


def _lapsed(job: Job, _: events.Lapsed) -> Move:
    """Do as after an unknown outcome; if this was not the first try, a row may have ended the worker."""
    job = at_called_step(job)
    if job.repeatable and job.batch.tries and len(job.plan.rows) > 1:
        halves = job.progress.halves(len(job.rows) // 2)
        return Split(*halves, f"{CUT_OFF.detail} again: halved to find the row", CUT_OFF.code)
    return after_failure(job, CUT_OFF)


def _recorded(_: Job, event: events.Recorded) -> Move:
    return SettleAsRecorded(event.returned)


ALWAYS: Mapping[type, Move] = {
    events.WorkerStops: GiveBack("given back: this worker stops"),
    events.NotBriefed: GiveBack("given back: what is known of its people cannot be read", BRIEFING_RETRY),
    events.NoThread: GiveBack("given back: the last free thread is for other connectors", NO_THREAD_RETRY),
    events.PermitExpired: GiveBack("not sent: too late for its permit"),
    events.Overtaken: Leave("not sent: stopped, or taken over by another attempt"),
}
RULES: Mapping[type, Callable[[Job, Any], Move]] = {
    events.OtherPermit: _other_permit,
    events.KillsWorkers: _kills_workers,
    events.SetUpTaken: _set_up_taken,
    events.Answered: after_answer,
    events.Failed: _failed,
    events.AnsweredLater: _answered_later,
    events.Lapsed: _lapsed,
    events.Recorded: _recorded,
}
