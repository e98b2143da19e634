"""Onwards: a batch goes on with the next step that it needs, is settled, or leaves a set-up."""

from pipeline.deliver.job import Job
from pipeline.deliver.moves import EndSetUp, Move, NextStep, Settle
from pipeline.model.action import Step
from pipeline.text.plural import counted


def onwards(job: Job, *, refund: bool = False) -> Move:
    """Let the batch wait for the next step that it needs, or settle it."""
    job = job.at_needed_step
    step = job.step
    if step is None:
        return Settle(job.verdicts, learned=job.progress.learned)
    text = f"{rows_of(job)}, next: {step.name}"
    return NextStep(step.function, job.progress, text, refund, sets_up=step.sets_up is not None)


def rows_of(job: Job) -> str:
    """Return the number of rows that go on, and their destination."""
    return f"{counted(len(job.plan.rows), 'row')} of {job.batch.destination}"


def set_up_done(job: Job, thing: str) -> Move:
    """Let other batches use a thing that is there, and go on."""
    return EndSetUp(thing, exists=True, then=onwards(job.knowing([thing]).past_skipped_step))


def set_up_failed(step: Step, then: Move) -> Move:
    """Let other batches try a set-up that failed here; ``then`` is this batch's own move."""
    return EndSetUp(step.sets_up, exists=False, then=then) if step.sets_up else then
