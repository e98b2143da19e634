"""Plan: the rows of a batch that take part in the steps to come, and all steps of these rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pipeline.model.action import Identifiers, Step
from pipeline.model.activation import Activation


@dataclass(frozen=True)
class BatchPlan:
    """It follows from the verdicts and the identifiers so far, so it is made once while these stay."""

    positions: Sequence[int]  # of the rows, in the batch
    rows: Sequence[Activation]  # with the identifiers that were learned
    steps: tuple[Step, ...]  # done or not
    names: tuple[str, ...]  # of the steps, as the progress of a batch keeps them: "name function"


def taught(row: Activation, identifiers: Identifiers) -> Activation:
    """Lay identifiers over those of an activation."""
    return msgspec.structs.replace(row, identifiers={**row.identifiers, **identifiers})
