"""What the earlier steps of a batch came to; it travels with the batch from step to step."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pipeline.model.call import Rejection

Item = TypeVar("Item")


@dataclass(frozen=True)
class Progress:
    """The number of the next step, and why rows at some positions take no further part."""

    step: int = 0
    rejected: Mapping[int, Rejection] = field(default_factory=dict)
    plan: tuple[str, ...] = ()  # what the steps were when that was counted

    def dumps(self) -> str:
        """Write as JSON; "" when nothing has been done yet."""
        if not self.step and not self.rejected:
            return ""
        rejected = {str(position): [why.code, why.detail] for position, why in self.rejected.items()}
        return json.dumps({"step": self.step, "rejected": rejected, "plan": self.plan})

    @classmethod
    def loads(cls, text: str) -> "Progress":
        """Read what ``dumps`` wrote."""
        if not text:
            return cls()
        found = json.loads(text)
        rejected = {int(position): Rejection(*why) for position, why in found["rejected"].items()}
        return cls(found["step"], rejected, tuple(found.get("plan", ())))

    def left(self, items: Sequence[Item]) -> list[Item]:
        """Return those of ``items``, one per row, whose rows still take part."""
        if not self.rejected:
            return list(items)
        return [item for position, item in enumerate(items) if position not in self.rejected]

    def after(self, verdicts: Sequence[Rejection | None], rows: int) -> "Progress":
        """Return the progress behind this step; ``verdicts`` are of the rows that took part."""
        positions = self.left(range(rows))
        why = {position: v for position, v in zip(positions, verdicts, strict=True) if v is not None}
        return replace(self, step=self.step + 1, rejected={**self.rejected, **why})

    def verdicts(self, rows: int) -> list[Rejection | None]:
        """Return one verdict for every row."""
        return [self.rejected.get(position) for position in range(rows)] if self.rejected else [None] * rows

    def without(self, position: int) -> "Progress":
        """Return the progress of all rows but the one at ``position``."""
        first, second = self.halves(position)
        _, later = second.halves(1)
        moved = {position + place: why for place, why in later.rejected.items()}
        return replace(first, rejected={**first.rejected, **moved})

    def halves(self, middle: int) -> tuple["Progress", "Progress"]:
        """Return the progress of the rows before ``middle``, and of those from there on."""
        first = {position: why for position, why in self.rejected.items() if position < middle}
        second = {position - middle: why for position, why in self.rejected.items() if position >= middle}
        return replace(self, rejected=first), replace(self, rejected=second)
