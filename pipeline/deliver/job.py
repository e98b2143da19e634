"""Job: a batch with everything that its delivery needs, read once."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A batch, the action of its destination, its rows, and how far it has got."""

    batch: Batch
    action: Action
    rows: Sequence[Row]
    progress: Progress
    next_quota: Quota | None = None  # its next batch is claimed when this one is settled
    set_up: frozenset[str] = frozenset()  # things that the account is known to have
    seconds: float | None = None  # of the call that has just ended

    @classmethod
    def read(
        cls, batch: Batch, action: Action, rows: Sequence[Row], next_quota: Quota | None = None
    ) -> "Job":
        """Read how far the batch has got.

        Before its first step, rows that cannot be sent are sorted out: the configuration may have changed
        since they came in.
        """
        if batch.progress:
            return cls(batch, action, rows, Progress.loads(batch.progress), next_quota).at_planned_step
        unread = {position: row.problem for position, row in enumerate(rows) if row.problem}
        try:
            problems = action.problems([row.activation for row in rows])
            return cls._at_first_step(batch, action, rows, {**problems, **unread}, next_quota)
        except Exception:
            log.exception("rows not understood", extra={"batch": batch.id})
        problems = {
            position: problem for position, row in enumerate(rows) if (problem := problem_alone(action, row))
        }
        return cls._at_first_step(batch, action, rows, {**problems, **unread}, next_quota)

    @classmethod
    def _at_first_step(
        cls,
        batch: Batch,
        action: Action,
        rows: Sequence[Row],
        problems: Mapping[int, str],
        next_quota: Quota | None,
    ) -> "Job":
        rejected = {position: Rejection("Invalid", problem) for position, problem in problems.items()}
        return cls(batch, action, rows, Progress(0, rejected), next_quota).at_planned_step

    @cached_property
    def remaining_rows(self) -> list[Activation]:
        """Activations of the rows that no step has rejected."""
        rejected = self.progress.rejected
        return [row.activation for position, row in enumerate(self.rows) if position not in rejected]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps of these rows, done or not."""
        return self.action.steps(self.remaining_rows) if self.remaining_rows else ()

    @property
    def step(self) -> Step | None:
        """The next step; None when all is done."""
        return self.steps[self.progress.step] if self.progress.step < len(self.steps) else None

    @property
    def verdicts(self) -> list[Rejection | None]:
        """One verdict for every row, as the steps so far have it."""
        rejected = self.progress.rejected
        return [rejected.get(position) for position in range(len(self.rows))]

    @property
    def positions(self) -> Sequence[int]:
        """Positions of the rows that no step has rejected."""
        rejected, rows = self.progress.rejected, range(len(self.rows))
        return [position for position in rows if position not in rejected] if rejected else rows

    @property
    def repeatable(self) -> bool:
        """Whether to do the step again when its outcome is unknown: it does no harm, or is wanted."""
        on_unknown = self.action.destination.on_unknown
        return on_unknown == "resend" or self.step is None or self.step.repeatable

    def past_step(self, verdicts: Sequence[Rejection | None]) -> "Job":
        """Return the job past its step; ``verdicts`` are those of the remaining rows, None for delivered.

        Where there are several steps, a verdict names the one that it comes from.
        """
        progress, step = self.progress, self.step
        rejected = dict(progress.rejected)
        if any(verdicts):
            if step is not None and step.explain:
                pairs = zip(self.remaining_rows, verdicts, strict=True)
                verdicts = [why and Rejection(why.code, step.explain(row, why.detail)) for row, why in pairs]
            if step is not None and len(self.steps) > 1:
                verdicts = [why and named(why, step) for why in verdicts]
            rejected |= {n: why for n, why in zip(self.positions, verdicts, strict=True) if why is not None}
        return self._with(replace(progress, step=progress.step + 1, rejected=rejected))

    @property
    def past_skipped_step(self) -> "Job":
        """The job past its step, which is not needed."""
        return self._at(self.progress.step + 1)

    @property
    def at_needed_step(self) -> "Job":
        """The job past the set-up steps for things that the account is known to have."""
        job = self
        while job.step is not None and job.step.sets_up in job.set_up:
            job = job.past_skipped_step
        return job

    @property
    def before_set_up(self) -> "Job":
        """The job moved back to the first of the set-up steps directly before its step.

        The thing that they set up is then looked for again.
        """
        at = self.progress.step
        while at and self.steps[at - 1].sets_up:
            at -= 1
        return self._at(at)

    @property
    def at_planned_step(self) -> "Job":
        """The job at its next step; where its steps were changed meanwhile, as far back as does no harm.

        That is past the last step that was done and must not be done twice.
        """
        old, new = self.progress.plan, tuple(f"{step.name} {step.function}" for step in self.steps)
        if not new or old == new:
            return self
        done = old[: self.progress.step]
        past = [n for n, step in enumerate(self.steps, 1) if not step.repeatable and new[n - 1] in done]
        at = max(past, default=0) if old else self.progress.step
        return self._with(replace(self.progress, step=at, plan=new))

    @property
    def at_called_step(self) -> "Job":
        """The job at the step that its last call was for, if that must not be done twice.

        Such a step is known by its function, wherever a changed configuration has put it.
        """
        function = self.batch.function
        for position, step in enumerate(self.steps):
            if step.function == function and not step.repeatable:
                return self._at(position)
        return self

    def knowing(self, things: Iterable[str]) -> "Job":
        """Return the job with more things that the account is known to have."""
        return self._with(self.progress, self.set_up.union(things))

    def after_call(self, seconds: float | None) -> "Job":
        """Return the job after a call that took so long; None: there was none."""
        return self if seconds is None else self._with(self.progress, seconds=seconds)

    def _at(self, step: int) -> "Job":
        return self._with(replace(self.progress, step=step))

    def _with(
        self, progress: Progress, set_up: frozenset[str] | None = None, seconds: float | None = None
    ) -> "Job":
        """Return the job with another progress; the same rows have the same steps."""
        known = self.set_up if set_up is None else set_up
        took = self.seconds if seconds is None else seconds
        job = Job(self.batch, self.action, self.rows, progress, self.next_quota, known, took)
        if progress.rejected == self.progress.rejected:
            job.__dict__.update(remaining_rows=self.remaining_rows, steps=self.steps)
        return job


def problem_alone(action: Action, row: Row) -> str | None:
    """Return the problem of one row or None; if the action raises at the row, that is its problem."""
    try:
        problem = action.problem(row.activation)
        if problem is None:
            action.steps([row.activation])
    except Exception as error:  # noqa: BLE001 -- logged by the caller, once for the batch
        return f"its action cannot use it ({type(error).__name__}); the workers' log says where"
    return problem


def named(why: Rejection, step: Step) -> Rejection:
    """Let a verdict name its step."""
    return Rejection(why.code, f"{step.name}: {why.detail}" if why.detail else step.name)
