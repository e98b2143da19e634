"""Decide the next move of a batch, from its job and one event alone; nothing is read or changed here."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.deliver import events
from pipeline.deliver.events import Answered, Event, Failed
from pipeline.deliver.failures import MAX_ATTEMPTS, MAX_BACKOFF, after_failure
from pipeline.deliver.job import Job
from pipeline.deliver.killers import ended_workers
from pipeline.deliver.moves import (
    AskLater,
    EndSetUp,
    GiveBack,
    Leave,
    Move,
    NextStep,
    PutOnHold,
    ReturnSome,
    Send,
    SetApart,
    Settle,
    SettleAsRecorded,
    Split,
)
from pipeline.deliver.places import at_called_step
from pipeline.errors import CallError, Held, OutcomeUnknown, Refused
from pipeline.model.action import Step
from pipeline.model.call import Again, Rejection, Submitted
from pipeline.text.plural import counted

SET_UP_RETRY = 1.0  # seconds until a step that waits for another batch's set-up is looked at again
BRIEFING_RETRY = 5.0  # seconds until a batch is claimed again whose people could not be looked up
NO_THREAD_RETRY = 0.5  # seconds until a batch without a thread is claimed again
CUT_OFF = OutcomeUnknown("OutcomeUnknown", "the worker stopped during the call")

log = logging.getLogger(__name__)


def decide(job: Job, event: Event) -> Move:
    """Return the move that follows when ``event`` befalls the batch of ``job``."""
    return ALWAYS.get(type(event)) or RULES[type(event)](job, event)


def _claimed(job: Job, _: events.Claimed) -> Move:
    """Make the call of the next step if the batch's permit is for its function."""
    is_permitted = job.step is not None and job.step.function == job.batch.function
    return Send() if is_permitted else _onwards(job, refund=True)


def _kills_workers(job: Job, _: events.KillsWorkers) -> Move:
    """Halve the batch, of which no call went out; a row that is alone was rejected unread."""
    if len(job.rows) == 1:
        return Settle(job.verdicts)
    text = f"{ended_workers(job.batch)}: halved to find the row"
    return Split(*job.progress.halves(len(job.rows) // 2), text)


def _set_up_taken(job: Job, event: events.SetUpTaken) -> Move:
    text = f"{event.step.name}: another worker is at it"
    return NextStep(event.step.function, job.progress, text, refund=True, sets_up=True, delay=SET_UP_RETRY)


def _answered(job: Job, event: Answered) -> Move:
    """Read the verdicts; an answer that does not fit the rows fails like a call without one."""
    step = job.plan.steps[job.progress.step]
    if isinstance(event.answer, Submitted):
        return AskLater(event.answer.request, f"{_rows(job)} submitted")
    try:
        if step.sets_up:
            return _set_up(job, step, step.sets_up, event.answer)
        return _verdicts(job, step, event.answer)
    except CallError as error:
        return _set_up_failed(step, after_failure(job, error))
    except Exception as error:
        log.exception("answer not read", extra={"batch": job.batch.id})
        unknown = OutcomeUnknown("OutcomeUnknown", f"the answer cannot be read ({type(error).__name__})")
        return _set_up_failed(step, after_failure(job, unknown))


def _verdicts(job: Job, step: Step, answer: Any) -> Move:
    verdicts = step.verdicts(job.plan.rows, answer)
    learned = step.learn(job.plan.rows, answer) if step.learn else None
    if not any(verdicts):
        return _onwards(job.past_step(verdicts, learned))
    if job.progress.tried + 1 >= MAX_ATTEMPTS:
        verdicts = [Rejection(why.code, why.detail) if isinstance(why, Again) else why for why in verdicts]
    past = job.past_step(verdicts, learned)
    judged = list(zip(job.plan.positions, verdicts, strict=True))
    again = {position: why for position, why in judged if isinstance(why, Again)}
    faults = {
        position: why
        for position, why in judged
        if isinstance(why, Rejection) and why.code in step.setup_codes
    }
    if (
        faults and job.restartable
    ):  # not the rows' fault: they wait for a person; the rest of the batch goes on
        why = next(iter(faults.values()))
        return PutOnHold("destination", why, _return_some(past, sorted([*faults, *again])))
    return _set_apart(job, past, again) if again else _onwards(past)


def _return_some(past: Job, positions: Sequence[int]) -> Move:
    """Put rows back into their lane, by the ledger's record of the batch if the others are settled now."""
    then = _onwards(past.besides(positions))
    leaving = tuple(positions)
    if isinstance(then, Settle):
        return Settle(past.verdicts, leaving, learned=past.progress.learned)
    return ReturnSome(leaving, then)


def _set_apart(job: Job, past: Job, again: Mapping[int, Again]) -> Move:
    """Try rows again; those that go on, or are settled, do not wait for them."""
    backoff = min(MAX_BACKOFF, 2.0 ** (job.progress.tried + 1))
    anew = any(why.anew for why in again.values())
    if len(again) < len(job.rows):
        return SetApart(tuple(again), backoff, _onwards(past.besides(again)), anew)
    tried = (job.outdated if anew else job).tried_again.progress
    code = next(iter(again.values())).code
    text = f"{code}: {_rows(job)}, try {tried.tried} of {MAX_ATTEMPTS}"
    return NextStep(job.batch.function, tried, text, backoff=backoff)


def _set_up(job: Job, step: Step, thing: str, answer: Any) -> Move:
    """Skip a set-up that is done; after a look that found nothing, the batch keeps its turn to make it."""
    if step.found is None or step.found(answer):
        return _set_up_done(job, thing)
    return _onwards(job.past_skipped_step)


def _set_up_done(job: Job, thing: str) -> Move:
    return EndSetUp(thing, exists=True, then=_onwards(job.knowing([thing]).past_skipped_step))


def _failed(job: Job, event: Failed) -> Move:
    """Take a refusal that means success for one; let other batches have a set-up that failed."""
    step, error = job.step, event.error
    if step is None or not event.sent:
        return after_failure(job, error, sent=event.sent)
    if error.code in step.settled_by:
        skipped = [None] * len(job.plan.rows)
        return _set_up_done(job, step.sets_up) if step.sets_up else _onwards(job.past_step(skipped))
    if step.sets_up and isinstance(error, Refused):  # no row spoils a set-up, and no other row mends it
        error = Held("destination", error.code, f"{step.name}: {error.detail}")
    return _set_up_failed(step, after_failure(job, error))


def _set_up_failed(step: Step, then: Move) -> Move:
    return EndSetUp(step.sets_up, exists=False, then=then) if step.sets_up else then


def _answered_later(job: Job, event: events.AnsweredLater) -> Move:
    """Go on with the step that was submitted, or with the steps as a changed configuration has them."""
    job = at_called_step(job)
    is_the_same = job.step is not None and job.step.function == job.batch.function
    return decide(job, event.outcome) if is_the_same else _onwards(job)


def _lapsed(job: Job, _: events.Lapsed) -> Move:
    """Do as after an unknown outcome; if this was not the first try, a row may have ended the worker."""
    job = at_called_step(job)
    if job.repeatable and job.batch.tries and len(job.plan.rows) > 1:
        halves = job.progress.halves(len(job.rows) // 2)
        return Split(*halves, f"{CUT_OFF.detail} again: halved to find the row", CUT_OFF.code)
    return after_failure(job, CUT_OFF)


def _recorded(_: Job, event: events.Recorded) -> Move:
    return SettleAsRecorded(event.returned)


def _onwards(job: Job, *, refund: bool = False) -> Move:
    """Let the batch wait for the next step that it needs, or settle it."""
    job = job.at_needed_step
    step = job.step
    if step is None:
        return Settle(job.verdicts, learned=job.progress.learned)
    text = f"{_rows(job)}, next: {step.name}"
    return NextStep(step.function, job.progress, text, refund, sets_up=step.sets_up is not None)


def _rows(job: Job) -> str:
    return f"{counted(len(job.plan.rows), 'row')} of {job.batch.destination}"


ALWAYS: Mapping[type, Move] = {
    events.WorkerStops: GiveBack("given back: this worker stops"),
    events.NotBriefed: GiveBack("given back: what is known of its people cannot be read", BRIEFING_RETRY),
    events.NoThread: GiveBack("given back: the last free thread is for other connectors", NO_THREAD_RETRY),
    events.PermitExpired: GiveBack("not sent: too late for its permit"),
    events.Overtaken: Leave("not sent: stopped, or taken over by another attempt"),
}
RULES: Mapping[type, Callable[[Job, Any], Move]] = {
    events.Claimed: _claimed,
    events.KillsWorkers: _kills_workers,
    events.SetUpTaken: _set_up_taken,
    events.Answered: _answered,
    events.Failed: _failed,
    events.AnsweredLater: _answered_later,
    events.Lapsed: _lapsed,
    events.Recorded: _recorded,
}
