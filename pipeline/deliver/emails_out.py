"""E-mails that a batch has sent, or may have sent, for the look-up in event files."""

from collections.abc import Collection

from pipeline.deliver.job import Job
from pipeline.deliver.moves import Settle
from pipeline.model.email_call import EmailCall
from pipeline.settle.email_record import UNKNOWN_CODES, EmailsOut


def emails_out(job: Job, move: Settle) -> EmailsOut | None:
    """Return the e-mails of a batch that ends; None if event files tell of none of them."""
    unknown = unknown_positions(job, move)
    emails: dict[int, EmailCall] = {}
    for position in sorted({*unknown, *sent_positions(job, move)}):
        if email := job.action.email_of(job.rows[position].activation):
            emails[position] = email
    return EmailsOut(called_at(job), emails, frozenset(unknown)) if emails else None


def unknown_positions(job: Job, move: Settle) -> Collection[int]:
    """Return the rows of a call that must not be made twice, and that no answer tells the outcome of."""
    if job.repeatable or move.code not in UNKNOWN_CODES:
        return ()
    return remaining_positions(job)


def sent_positions(job: Job, move: Settle) -> Collection[int]:
    """Return the rows that were delivered, and those that a later step than that of the e-mail rejected."""
    returned = set(move.returned)
    delivered = [n for n, verdict in enumerate(move.verdicts) if verdict is None and n not in returned]
    return delivered if job.restartable else {*delivered, *remaining_positions(job)}


def remaining_positions(job: Job) -> list[int]:
    """Return the rows that took part in the last step."""
    ended = job.progress.rejected.keys() | job.progress.done
    return [position for position in range(len(job.rows)) if position not in ended]


def called_at(job: Job) -> float | None:
    """Return when the call began, in seconds since the epoch; None: it was not noted."""
    if job.step is not None and not job.step.repeatable and job.seconds is not None:
        return job.answered_at - job.seconds
    return job.batch.called_at
