"""Progress: the verdicts that the earlier steps of a batch have led to; it travels with the batch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeline.model.call import Rejection


@dataclass(frozen=True)
class Progress:
    """The number of the next step, and why rows at some positions take no further part."""

    step: int = 0
    rejected: Mapping[int, Rejection] = field(default_factory=dict)
    plan: tuple[str, ...] = ()  # "name function" of each step when ``step`` was counted

    @property
    def is_empty(self) -> bool:
        """Whether no step is done and no row rejected."""
        return not self.step and not self.rejected

    def dumps(self) -> str:
        """Write as JSON; "" when nothing has been done yet."""
        if not self.step and not self.rejected:
            return ""
        rejected = {str(position): [why.code, why.detail] for position, why in self.rejected.items()}
        return json.dumps({"step": self.step, "rejected": rejected, "plan": self.plan})

    @classmethod
    def loads(cls, text: str) -> "Progress":
        """Read the text of ``dumps``."""
        if not text:
            return cls()
        record = json.loads(text)
        rejected = {int(position): Rejection(*why) for position, why in record["rejected"].items()}
        return cls(record["step"], rejected, tuple(record.get("plan", ())))

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
