"""Job: a batch with everything that its delivery needs, and its place among its steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec

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
    def remaining_rows(self) -> list[Activation]:
        """Activations of the rows that take part in the next step, with the identifiers that were learned."""
        rows, learned = self.rows, self.progress.learned
        activations = [rows[position].activation for position in self.positions]
        if not learned:
            return activations
        pairs = zip(self.positions, activations, strict=True)
        return [taught(row, learned[position]) if position in learned else row for position, row in pairs]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps of these rows, done or not."""
        return self.action.steps(self.remaining_rows) if self.remaining_rows else ()

    @property
    def step(self) -> Step | None:
        """The next step; None when all is done."""
        return self.steps[self.progress.step] if self.progress.step < len(self.steps) else None

    @property
    def verdicts(self) -> list[FinalVerdict]:
        """One verdict for every row, as the steps so far have it."""
        rejected = self.progress.rejected
        verdicts: list[FinalVerdict] = [rejected.get(position) for position in range(len(self.rows))]
        for position in self.progress.done:
            verdicts[position] = Done()
        return verdicts

    @property
    def positions(self) -> Sequence[int]:
        """Positions of the rows that take part in the next step."""
        rejected, done, rows = self.progress.rejected, self.progress.done, range(len(self.rows))
        if not rejected and not done:
            return rows
        return [position for position in rows if position not in rejected and position not in done]

    @property
    def repeatable(self) -> bool:
        """Whether to do the step again when its outcome is unknown: it does no harm, or is wanted."""
        on_unknown = self.action.destination.on_unknown
        return on_unknown == "resend" or self.step is None or self.step.repeatable

    @property
    def restartable(self) -> bool:
        """Whether the steps before this one may all be done again."""
        return all(step.repeatable for step in self.steps[: self.progress.step])

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
        return self._with(replace(self.progress, tried=self.progress.tried + 1))

    @property
    def outdated(self) -> "Job":
        """The job with an answer too old of its step with ``fresh_for``, which is then done again first."""
        is_found = self.progress.found_at is not None
        return self._with(replace(self.progress, found_at=0.0)) if is_found else self

    def past_step(
        self, verdicts: Sequence[Verdict], learned: Mapping[int, Identifiers] | None = None
    ) -> "Job":
        """Return the job past its step; ``verdicts`` and ``learned`` are those of the remaining rows.

        Where there are several steps, a rejection names the one that it comes from.
        """
        progress, step, positions = self.progress, self.step, self.positions
        rejected, done = progress.rejected, progress.done
        if any(verdicts):
            judged = list(zip(positions, self.remaining_rows, verdicts, strict=True))
            rejected = {**rejected, **self._rejections(judged)}
            done = done.union(position for position, _, verdict in judged if isinstance(verdict, Done))
        identifiers = {
            positions[n]: {**progress.learned.get(positions[n], {}), **found}
            for n, found in (learned or {}).items()
        }
        return self._with(
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
        step, several = self.step, len(self.steps) > 1
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
        progress, positions = self.progress, self.positions
        learned = dict(progress.learned)
        for n, known in identifiers.items():
            own = self.remaining_rows[n].identifiers
            if new := {name: value for name, value in known.items() if name not in own}:
                learned[positions[n]] = {**learned.get(positions[n], {}), **new}
        rejected = {**progress.rejected, **{positions[n]: why for n, why in barred.items()}}
        return self._with(replace(progress, learned=learned, rejected=rejected))

    @property
    def past_skipped_step(self) -> "Job":
        """The job past its step, which is not needed."""
        return self._at(self.progress.step + 1)

    @property
    def at_needed_step(self) -> "Job":
        """The job past steps that no row needs, and set-up steps for things that the account has."""
        job = self
        while job.step is not None and job.skips(job.step):
            job = job.past_skipped_step
        return job

    def skips(self, step: Step) -> bool:
        """Tell whether a step is not to be done."""
        if step.needed is not None and not step.needed(self.remaining_rows):
            return True
        return step.sets_up in self.set_up

    @property
    def before_set_up(self) -> "Job":
        """The job moved back to the first of the set-up steps directly before its step.

        The thing that they set up is then looked for again.
        """
        at = self.progress.step
        while at and self.steps[at - 1].sets_up:
            at -= 1
        return self._at(at)

    def at_fresh_step(self, now: float) -> "Job":
        """Return the job moved back to the last step with ``fresh_for`` if its answer is too old by now."""
        if self.step is None:
            return self
        for at in reversed(range(self.progress.step)):
            step, found_at = self.steps[at], self.progress.found_at or 0.0
            if step.fresh_for is not None and abs(now - found_at) > step.fresh_for:
                return self._with(replace(self.progress, step=at, found_at=found_at))
            if step.fresh_for is not None or not step.repeatable:
                break
        return self

    @property
    def at_planned_step(self) -> "Job":
        """The job at its next step; where its steps were changed meanwhile, as far back as does no harm.

        That is past the last step that was done and must not be done twice.
        """
        old, new = self.progress.plan, tuple(step.plan_name for step in self.steps)
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
        planned = not self.batch.progress or Progress.loads(self.batch.progress).plan == self.progress.plan
        if planned and self.step is not None and self.step.function == function:
            return self
        for position, step in enumerate(self.steps):
            if step.function == function and not step.repeatable:
                return self._at(position)
        return self

    def knowing(self, things: Iterable[str]) -> "Job":
        """Return the job with more things that the account is known to have."""
        return self._with(self.progress, set_up=self.set_up.union(things))

    def after_call(self, seconds: float | None, ended_at: float) -> "Job":
        """Return the job after a call that took so long; None: there was none, or it was taken on earlier."""
        took = {} if seconds is None else {"seconds": seconds}
        return self._with(self.progress, answered_at=ended_at, **took)

    def _at(self, step: int) -> "Job":
        return self._with(replace(self.progress, step=step))

    def _with(self, progress: Progress, **changes: Any) -> "Job":
        """Return the job with another progress; the same rows have the same steps."""
        job = replace(self, progress=progress, **changes)
        before = self.progress
        same = progress.rejected == before.rejected and progress.done == before.done
        if same and progress.learned == before.learned:
            job.__dict__.update(remaining_rows=self.remaining_rows, steps=self.steps)
        return job


def taught(row: Activation, identifiers: Identifiers) -> Activation:
    """Lay identifiers over those of an activation."""
    return msgspec.structs.replace(row, identifiers={**row.identifiers, **identifiers})


def named(why: Rejection, step: Step) -> Rejection:
    """Let a verdict name its step."""
    return Rejection(why.code, f"{step.name}: {why.detail}" if why.detail else step.name)
