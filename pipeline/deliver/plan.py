"""Plan: the rows of a batch that take part in the steps to come, and all steps of these rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pipeline.deliver.progress import Progress
from pipeline.lanes.row import Row
from pipeline.model.action import Action, Identifiers, Step
from pipeline.model.activation import Activation


@dataclass(frozen=True)
class BatchPlan:
    """It follows from the verdicts and the identifiers so far, so it is made once while these stay."""

    positions: Sequence[int]  # of the rows, in the batch
    rows: Sequence[Activation]  # with the identifiers that were learned
    steps: tuple[Step, ...]  # done or not
    names: tuple[str, ...]  # of the steps, as the progress of a batch keeps them: "name function"


NOTHING = BatchPlan((), (), (), ())  # of a batch that no call is made for


def plan_of(action: Action, rows: Sequence[Row], progress: Progress) -> BatchPlan:
    """Plan the steps of the rows that were neither rejected nor done so far."""
    leaving, learned = progress.rejected.keys() | progress.done, progress.learned
    positions: Sequence[int] = range(len(rows))
    if leaving:
        positions = [position for position in positions if position not in leaving]
    left = [rows[position].activation for position in positions]
    if learned:
        pairs = zip(positions, left, strict=True)
        left = [taught(row, learned[at]) if at in learned else row for at, row in pairs]
    steps = action.steps(left) if left else ()
    return BatchPlan(positions, left, steps, tuple(f"{step.name} {step.function}" for step in steps))


def taught(row: Activation, identifiers: Identifiers) -> Activation:
    """Lay identifiers over those of an activation."""
    return msgspec.structs.replace(row, identifiers={**row.identifiers, **identifiers})
