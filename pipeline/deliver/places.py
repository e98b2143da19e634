"""Places: the step at which a job goes on, where that is not simply the next one."""

from dataclasses import replace

from pipeline.deliver.job import Job
from pipeline.deliver.progress import Progress


def at_planned_step(job: Job) -> Job:
    """Return the job at its next step; where its steps were changed meanwhile, as far back as does no harm.

    That is past the last step that was done and must not be done twice.
    """
    old, new = job.progress.plan, job.plan.names
    if not new or old == new:
        return job
    done = old[: job.progress.step]
    past = [n for n, step in enumerate(job.plan.steps, 1) if not step.repeatable and new[n - 1] in done]
    at = max(past, default=0) if old else job.progress.step
    return job.with_progress(replace(job.progress, step=at, plan=new))


def at_called_step(job: Job) -> Job:
    """Return the job at the step that its last call was for, if that must not be done twice.

    Such a step is known by its function, wherever a changed configuration has put it.
    """
    function = job.batch.function
    planned = not job.batch.progress or Progress.loads(job.batch.progress).plan == job.progress.plan
    if planned and job.step is not None and job.step.function == function:
        return job
    for position, step in enumerate(job.plan.steps):
        if step.function == function and not step.repeatable:
            return job.at_step(position)
    return job


def at_fresh_step(job: Job, now: float) -> Job:
    """Return the job moved back to the last step with ``fresh_for`` if its answer is too old by now."""
    if job.step is None:
        return job
    for at in reversed(range(job.progress.step)):
        step, found_at = job.plan.steps[at], job.progress.found_at or 0.0
        if step.fresh_for is not None and abs(now - found_at) > step.fresh_for:
            return job.with_progress(replace(job.progress, step=at, found_at=found_at))
        if step.fresh_for is not None or not step.repeatable:
            break
    return job


def before_set_up(job: Job) -> Job:
    """Return the job moved back to the first of the set-up steps directly before its step.

    The thing that they set up is then looked for again.
    """
    at = job.progress.step
    while at and job.plan.steps[at - 1].sets_up:
        at -= 1
    return job.at_step(at)
