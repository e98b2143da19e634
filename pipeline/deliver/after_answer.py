"""After an answer: the next move of a batch after its call brought verdicts, or told of a set-up."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.deliver.events import Answered
from pipeline.deliver.failures import MAX_ATTEMPTS, MAX_BACKOFF, after_failure
from pipeline.deliver.job import Job
from pipeline.deliver.moves import AskLater, Move, NextStep, PutOnHold, ReturnSome, SetApart, Settle
from pipeline.deliver.onwards import onwards, rows_of, set_up_done, set_up_failed
from pipeline.errors import CallError, OutcomeUnknown
from pipeline.model.action import Identifiers, Step
from pipeline.model.call import Again, Rejection, Submitted, Verdict

log = logging.getLogger(__name__)


def after_answer(job: Job, event: Answered) -> Move:
    """Read the verdicts; an answer that does not fit the rows fails like a call without one."""
    step, rows, answer = job.plan.steps[job.progress.step], job.plan.rows, event.answer
    if isinstance(answer, Submitted):
        return AskLater(answer.request, f"{rows_of(job)} submitted")
    try:
        if step.sets_up:
            return _set_up(job, step, step.sets_up, answer)
        verdicts = step.verdicts(rows, answer)
        learned = step.learn(rows, answer) if step.learn else None
        if any(verdicts) and any(
            isinstance(why, Again) or (isinstance(why, Rejection) and why.code in step.setup_codes)
            for why in verdicts
        ):
            return _some_wait(job, step, verdicts, learned)
        return onwards(job.past_step(verdicts, learned))
    except CallError as error:
        return set_up_failed(step, after_failure(job, error))
    except Exception as error:
        log.exception("answer not read", extra={"batch": job.batch.id})
        unknown = OutcomeUnknown("OutcomeUnknown", f"the answer cannot be read ({type(error).__name__})")
        return set_up_failed(step, after_failure(job, unknown))


def _some_wait(
    job: Job, step: Step, verdicts: Sequence[Verdict], learned: Mapping[int, Identifiers] | None
) -> Move:
    """Let rows wait, for another try or for a person; the rest of the batch goes on."""
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
    if faults and job.restartable:  # not the rows' fault
        why = next(iter(faults.values()))
        return PutOnHold("destination", why, _return_some(past, sorted([*faults, *again])))
    return _set_apart(job, past, again) if again else onwards(past)


def _return_some(past: Job, positions: Sequence[int]) -> Move:
    """Put rows back into their lane, together with the batch's settlement if all further rows are done."""
    then = onwards(past.besides(positions))
    leaving = tuple(positions)
    if isinstance(then, Settle):
        return Settle(past.verdicts, leaving, learned=past.progress.learned)
    return ReturnSome(leaving, then)


def _set_apart(job: Job, past: Job, again: Mapping[int, Again]) -> Move:
    """Try rows again; those that go on, or are settled, do not wait for them."""
    backoff = min(MAX_BACKOFF, 2.0 ** (job.progress.tried + 1))
    anew = any(why.anew for why in again.values())
    if len(again) < len(job.rows):
        return SetApart(tuple(again), backoff, onwards(past.besides(again)), anew)
    tried = (job.outdated if anew else job).tried_again.progress
    code = next(iter(again.values())).code
    text = f"{code}: {rows_of(job)}, try {tried.tried} of {MAX_ATTEMPTS}"
    return NextStep(job.batch.function, tried, text, backoff=backoff)


def _set_up(job: Job, step: Step, thing: str, answer: Any) -> Move:
    """Skip a set-up that is done; after a look that found nothing, the batch keeps its turn to make it."""
    if step.found is None or step.found(answer):
        return set_up_done(job, thing)
    return onwards(job.past_skipped_step)
