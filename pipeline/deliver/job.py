"""A batch with everything its delivery needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection


@dataclass(frozen=True)
class Job:
    """A batch, its rows, the action of its destination, and how far it has got."""

    batch: Batch
    action: Action
    rows: Sequence[Row]
    progress: Progress
    then: Quota | None = None  # of which the next batch is claimed when this one is settled

    @classmethod
    def of(cls, batch: Batch, action: Action, rows: Sequence[Row], then: Quota | None = None) -> "Job":
        """Read how far the batch has got.

        Before its first step, rows that cannot be sent are sorted out: the configuration may have changed
        since they came in.
        """
        if batch.progress:
            progress = Progress.loads(batch.progress)
            return cls(batch, action, rows, progress, then).planned
        problems = action.problems([row.activation for row in rows])
        problems |= {position: row.problem for position, row in enumerate(rows) if row.problem}
        rejected = {position: Rejection("Invalid", problem) for position, problem in problems.items()}
        return cls(batch, action, rows, Progress(0, rejected), then).planned

    @cached_property
    def left(self) -> list[Activation]:
        """The activations that still take part."""
        return self.progress.left([row.activation for row in self.rows])

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps of these rows, done or not."""
        return self.action.steps(self.left) if self.left else ()

    @property
    def step(self) -> Step | None:
        """The next step; None when all is done."""
        return self.steps[self.progress.step] if self.progress.step < len(self.steps) else None

    @property
    def resend(self) -> bool:
        """Whether doing the step twice is harmless, or wanted, when nobody knows if it was done."""
        return self.action.destination.on_unknown == "resend" or self.step is None or self.step.repeatable

    def named(self, why: Rejection) -> Rejection:
        """Let a verdict name the step it comes from, where there are several."""
        if self.step is None or len(self.steps) == 1:
            return why
        return Rejection(why.code, f"{self.step.name}: {why.detail}" if why.detail else self.step.name)

    def after(self, verdicts: Sequence[Rejection | None]) -> "Job":
        """Return the job behind its step."""
        named = [why and self.named(why) for why in verdicts]
        return self._with(self.progress.after(named, len(self.rows)))

    @property
    def set_up_again(self) -> "Job":
        """The job before the set-up that its step needs or is, so that somebody looks again."""
        at = self.progress.step
        while at and self.steps[at - 1].sets_up:
            at -= 1
        return self._at(at)

    def skipped(self) -> "Job":
        """Return the job behind its step, which is not needed."""
        return self._at(self.progress.step + 1)

    @property
    def planned(self) -> "Job":
        """The job at its next step; where its steps were changed meanwhile, as far back as does no harm.

        That is behind the last step that was done and must not be done twice.
        """
        old, new = self.progress.plan, tuple(f"{step.name} {step.function}" for step in self.steps)
        if not new or old == new:
            return self
        done = old[: self.progress.step]
        behind = [n for n, step in enumerate(self.steps, 1) if not step.repeatable and new[n - 1] in done]
        at = max(behind, default=0) if old else self.progress.step
        return self._with(replace(self.progress, step=at, plan=new))

    @property
    def called(self) -> "Job":
        """The job at the step that its last call was for, if that must not be done twice.

        Such a step is known by its function, wherever a changed configuration has put it.
        """
        own = [n for n, step in enumerate(self.steps) if not step.repeatable]
        return next((self._at(n) for n in own if self.steps[n].function == self.batch.function), self)

    def _at(self, step: int) -> "Job":
        return self._with(replace(self.progress, step=step))

    def _with(self, progress: Progress) -> "Job":
        """Return the job with another progress; the same rows have the same steps."""
        job = replace(self, progress=progress)
        if progress.rejected == self.progress.rejected:
            job.__dict__.update(left=self.left, steps=self.steps)
        return job
