"""Job: a batch with everything that its delivery needs, and how far it has got in its plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.deliver.plan import BatchPlan, plan_of
from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.action import Action, Identifiers, Step
from pipeline.model.call import Done, FinalVerdict, Rejection, Verdict


@dataclass(frozen=True)
class Job:
    """A batch, the action of its destination, its rows, how far it has got, and what is left to do."""

    batch: Batch
    action: Action
    rows: Sequence[Row]
    progress: Progress
    plan: BatchPlan
    step: Step | None = None  # the next one; None when all is done
    next_quota: Quota | None = None  # its next batch is claimed when this one is settled
    set_up: frozenset[str] = frozenset()  # things that the account is known to have
    seconds: float | None = None  # of the call that has just ended
    answered_at: float = 0.0  # when that call ended; seconds since the epoch

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
        batch, rows = replace(self.batch, rows=len(positions)), [self.rows[n] for n in positions]
        progress = self.progress.among(positions)
        plan = plan_of(self.action, rows, progress)
        return replace(self, batch=batch, rows=rows, plan=plan, progress=progress).at_step(progress.step)

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
        progress, step, plan = self.progress, self.step, self.plan
        rejected, done, identifiers = dict(progress.rejected), set(progress.done), dict(progress.learned)
        judged = zip(plan.positions, plan.rows, verdicts, strict=True) if any(verdicts) else ()
        for position, row, why in judged:
            if isinstance(why, Done):
                done.add(position)
            elif isinstance(why, Rejection):
                detail = step.explain(row, why.detail) if step and step.explain else why.detail
                if step and len(plan.steps) > 1:
                    detail = f"{step.name}: {detail}" if detail else step.name
                rejected[position] = Rejection(why.code, detail)
        for n, found in (learned or {}).items():
            position = plan.positions[n]
            identifiers[position] = {**identifiers.get(position, {}), **found}
        found_at = progress.found_at if step is None or step.fresh_for is None else self.answered_at
        past = (progress.step + 1, rejected, progress.plan, frozenset(done), identifiers, found_at)
        return self.with_progress(Progress(*past, progress.tried))

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
        plan, before, at = self.plan, self.progress, progress.step
        same = progress.rejected == before.rejected and progress.done == before.done
        if not same or progress.learned != before.learned:
            plan = plan_of(self.action, self.rows, progress)
        step = plan.steps[at] if at < len(plan.steps) else None
        return replace(self, progress=progress, plan=plan, step=step, **changes)
