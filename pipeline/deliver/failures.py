"""Failures: the next move of a batch after a call without verdicts, by the kind of the error.

=================  ===========================================================================
``Held``           hold the connector or destination; the rows wait
``Throttled``      pause the function or account; the batch waits and uses no try up
``RetryLater``     try again with back-off, ``MAX_ATTEMPTS`` times in all, then reject the rows
``OutcomeUnknown`` the same where a repeated call does no harm, else reject the rows
``Refused``        halve the batch if one row may have spoilt the call, else reject the rows
=================  ===========================================================================
"""

from collections.abc import Callable
from typing import Any

from pipeline.deliver.job import Job
from pipeline.deliver.moves import Move, NextStep, PutOnHold, Retry, ReturnRows, Settle, Split
from pipeline.deliver.places import before_set_up
from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.model.call import Rejection
from pipeline.text.plural import counted

MAX_ATTEMPTS = 8  # tries of one batch; throttling uses none up
MAX_BACKOFF = 300.0  # seconds between two tries


def after_failure(job: Job, error: CallError, *, sent: bool = True) -> Move:
    """Return the move after a call that brought no verdicts; ``sent``: it may have gone out."""
    rule = next(rule for kind, rule in ERRORS if isinstance(error, kind))
    return rule(job, error, sent)


def _hold(job: Job, error: Held, sent: bool) -> Move:
    """Let the rows wait for a person; the set-ups before the step are then looked for again."""
    again = before_set_up(job)
    step, text = again.step, f"{error.code}: {error.scope} held, its rows wait"
    then: Move
    if not sent or step is None:
        then = Retry(text, refund=not sent, code=error.code)
    elif not job.batch.progress or again.progress.is_empty:
        then = ReturnRows(text, code=error.code)
    else:  # its first steps are done, and must not be done again
        then = NextStep(
            step.function, again.progress, text, sets_up=step.sets_up is not None, code=error.code
        )
    return PutOnHold(error.scope, Rejection(error.code, error.detail), then, forget=True)


def _throttle(job: Job, error: Throttled, sent: bool) -> Move:
    text = f"{error.code}: {counted(job.batch.rows, 'row waits', 'rows wait')}"
    return Retry(text, delay=error.delay or 0, refund=not sent, pause=error.scope, code=error.code)


def _retry(job: Job, error: RetryLater | OutcomeUnknown, sent: bool) -> Move:
    batch = job.batch
    if batch.tries + 1 >= MAX_ATTEMPTS:
        return _reject(job, error, sent)
    backoff = min(MAX_BACKOFF, 2.0 ** (batch.tries + 1))
    delay = (error.delay if isinstance(error, RetryLater) else None) or 0
    text = f"{error.code}: {counted(batch.rows, 'row')}"
    return Retry(text, delay, backoff, spend=True, refund=not sent, code=error.code)


def _retry_or_reject(job: Job, error: OutcomeUnknown, sent: bool) -> Move:
    return _retry(job, error, sent) if job.repeatable else _reject(job, error, sent)


def _split_or_reject(job: Job, error: Refused, sent: bool) -> Move:
    if not error.isolate or len(job.plan.rows) < 2:
        return _reject(job, error, sent)
    halves = job.progress.halves(len(job.rows) // 2)
    return Split(*halves, f"{error.code}: refused as a whole, halved to find the row", error.code)


def _reject(job: Job, error: CallError, _sent: bool) -> Move:
    ended = job.past_step([Rejection(error.code, error.detail)] * len(job.plan.rows))
    return Settle(ended.verdicts, code=error.code, learned=ended.progress.learned)


# The first kind that an error is of counts: Throttled is a RetryLater.
ERRORS: tuple[tuple[type[CallError], Callable[[Job, Any, bool], Move]], ...] = (
    (Held, _hold),
    (Throttled, _throttle),
    (RetryLater, _retry),
    (OutcomeUnknown, _retry_or_reject),
    (Refused, _split_or_reject),
    (CallError, _reject),
)
