"""Reading of a job: how far its batch has got or, before the first step, which of its rows cannot be sent."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.deliver.job import Job
from pipeline.deliver.killers import kills_workers, unread_job
from pipeline.deliver.places import at_planned_step
from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.action import Action
from pipeline.model.call import Rejection

log = logging.getLogger(__name__)


def read_job(batch: Batch, action: Action, rows: Sequence[Row], next_quota: Quota | None = None) -> Job:
    """Read how far the batch has got.

    Before its first step, rows that cannot be sent are sorted out: the configuration may have changed since
    they came in.
    """
    if kills_workers(batch):
        return unread_job(batch, action, rows, next_quota)
    if batch.progress:
        return at_planned_step(Job(batch, action, rows, Progress.loads(batch.progress), next_quota))
    unread = {position: row.problem for position, row in enumerate(rows) if row.problem}
    try:
        problems = action.problems([row.activation for row in rows])
        return at_first_step(batch, action, rows, {**problems, **unread}, next_quota)
    except Exception:
        log.exception("rows not understood", extra={"batch": batch.id})
    alone = ((position, problem_alone(action, row)) for position, row in enumerate(rows))
    problems = {position: problem for position, problem in alone if problem is not None}
    return at_first_step(batch, action, rows, {**problems, **unread}, next_quota)


def problem_alone(action: Action, row: Row) -> str | None:
    """Return the problem of one row or None; if the action raises at the row, that is its problem."""
    try:
        problem = action.problem(row.activation)
        if problem is None:
            action.steps([row.activation])
    except Exception as error:  # noqa: BLE001 -- logged by the caller, once for the batch
        return f"its action cannot use it ({type(error).__name__}); the workers' log says where"
    return problem


def at_first_step(
    batch: Batch, action: Action, rows: Sequence[Row], problems: Mapping[int, str], next_quota: Quota | None
) -> Job:
    """Return the job before its first step: rows with a problem are rejected, others may be done."""
    rejected = {position: Rejection("Invalid", problem) for position, problem in problems.items()}
    done = frozenset(action.done_before(row.activation for row in rows)) - rejected.keys()
    job = Job(batch, action, rows, Progress(0, rejected, done=done), next_quota)
    return job.with_progress(replace(job.progress, plan=job.plan.names))
