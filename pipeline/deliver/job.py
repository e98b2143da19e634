"""Job: a batch with everything that its delivery needs, and how far it has got in its plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pipeline.deliver.plan import BatchPlan, taught
from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.action import Action, Identifiers, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Done, FinalVerdict, Rejection, Verdict


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
    answered_at: float = 0.0  # when that call ended; seconds since the epoch

    @cached_property
    def plan(self) -> BatchPlan:
        """The rows that take part in the next step, and all steps of these."""
        leaving, learned = self.progress.rejected.keys() | self.progress.done, self.progress.learned
        positions: Sequence[int] = range(len(self.rows))
        if leaving:
            positions = [position for position in positions if position not in leaving]
        rows = [self.rows[position].activation for position in positions]
        if learned:
            pairs = zip(positions, rows, strict=True)
            rows = [taught(row, learned[at]) if at in learned else row for at, row in pairs]
        steps = self.action.steps(rows) if rows else ()
        return BatchPlan(positions, rows, steps, tuple(f"{step.name} {step.function}" for step in steps))

    @property
    def step(self) -> Step | None:
        """The next step; None when all is done."""
        steps, at = self.plan.steps, self.progress.step
        return steps[at] if at < len(steps) else None

    @property
    def verdicts(self) -> list[FinalVerdict]:
        """One verdict for every row, as the steps so far have it."""
        verdicts: list[FinalVerdict] = [None] * len(self.rows)
        for position, why in self.progress.rejected.items():
            verdicts[position] = why
        for position in self.progress.done:
            verdicts[position] = Done()
        return verdicts

    @property
    def repeatable(self) -> bool:
        """Whether to do the step again when its outcome is unknown: it does no harm, or is wanted."""
        on_unknown = self.action.destination.on_unknown
        return on_unknown == "resend" or self.step is None or self.step.repeatable

    @property
    def restartable(self) -> bool:
        """Whether the steps before this one may all be done again."""
        return all(step.repeatable for step in self.plan.steps[: self.progress.step])

    def among(self, positions: Sequence[int]) -> "Job":
        """Return the job of the rows at ``positions`` alone."""
        return replace(
            self,
            batch=replace(self.batch, rows=len(positions)),
            rows=[self.rows[position] for position in positions],
            progress=self.progress.among(positions),
        )

    def besides(self, positions: Iterable[int]) -> "Job":
        """Return the job of all rows but those at ``positions``."""
        leaving = frozenset(positions)
        return self.among([position for position in range(len(self.rows)) if position not in leaving])

    @property
    def tried_again(self) -> "Job":
        """The job after one more answer that told its rows to be tried again."""
        return self.with_progress(replace(self.progress, tried=self.progress.tried + 1))

    @property
    def outdated(self) -> "Job":
        """The job with an answer too old of its step with ``fresh_for``, which is then done again first."""
        is_found = self.progress.found_at is not None
        return self.with_progress(replace(self.progress, found_at=0.0)) if is_found else self

    def past_step(
        self, verdicts: Sequence[Verdict], learned: Mapping[int, Identifiers] | None = None
    ) -> "Job":
        """Return the job past its step; ``verdicts`` and ``learned`` are those of the remaining rows.

        Where there are several steps, a rejection names the one that it comes from.
        """
        progress, step, positions = self.progress, self.step, self.plan.positions
        rejected, done = progress.rejected, progress.done
        if any(verdicts):
            judged = list(zip(positions, self.plan.rows, verdicts, strict=True))
            rejected = {**rejected, **self._rejections(judged)}
            done = done.union(position for position, _, verdict in judged if isinstance(verdict, Done))
        identifiers = {
            positions[n]: {**progress.learned.get(positions[n], {}), **found}
            for n, found in (learned or {}).items()
        }
        return self.with_progress(
            replace(
                progress,
                step=progress.step + 1,
                rejected=rejected,
                done=done,
                learned={**progress.learned, **identifiers},
                found_at=progress.found_at if step is None or step.fresh_for is None else self.answered_at,
            )
        )

    def _rejections(self, judged: Iterable[tuple[int, Activation, Verdict]]) -> dict[int, Rejection]:
        """Return the rejections by position, explained and named by the step."""
        step, several = self.step, len(self.plan.steps) > 1
        found = {}
        for position, row, why in judged:
            if not isinstance(why, Rejection):
                continue
            if step is not None and step.explain:
                why = Rejection(why.code, step.explain(row, why.detail))
            found[position] = named(why, step) if step is not None and several else why
        return found

    def told(self, identifiers: Mapping[int, Identifiers], barred: Mapping[int, Rejection]) -> "Job":
        """Return the job with more identifiers, and without rows that are barred; both of remaining rows."""
        progress, positions = self.progress, self.plan.positions
        learned = dict(progress.learned)
        for n, known in identifiers.items():
            own = self.plan.rows[n].identifiers
            if new := {name: value for name, value in known.items() if name not in own}:
                learned[positions[n]] = {**learned.get(positions[n], {}), **new}
        rejected = {**progress.rejected, **{positions[n]: why for n, why in barred.items()}}
        return self.with_progress(replace(progress, learned=learned, rejected=rejected))

    @property
    def past_skipped_step(self) -> "Job":
        """The job past its step, which is not needed."""
        return self.at_step(self.progress.step + 1)

    @property
    def at_needed_step(self) -> "Job":
        """The job past steps that no row needs, and set-up steps for things that the account has."""
        at, plan = self.progress.step, self.plan
        for step in plan.steps[at:]:
            if step.sets_up not in self.set_up and (step.needed is None or step.needed(plan.rows)):
                break
            at += 1
        return self if at == self.progress.step else self.at_step(at)

    def knowing(self, things: Iterable[str]) -> "Job":
        """Return the job with more things that the account is known to have."""
        return self.with_progress(self.progress, set_up=self.set_up.union(things))

    def at_step(self, step: int) -> "Job":
        """Return the job at another of its steps."""
        return self.with_progress(replace(self.progress, step=step))

    def with_progress(self, progress: Progress, **changes: Any) -> "Job":
        """Return the job with another progress; the plan stays if its rows do."""
        job, before = replace(self, progress=progress, **changes), self.progress
        same = progress.rejected == before.rejected and progress.done == before.done
        if same and progress.learned == before.learned:
            job.__dict__["plan"] = self.plan
        return job


def named(why: Rejection, step: Step) -> Rejection:
    """Let a verdict name its step."""
    return Rejection(why.code, f"{step.name}: {why.detail}" if why.detail else step.name)
