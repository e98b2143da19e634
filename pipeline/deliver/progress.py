"""Progress: the verdicts that the earlier steps of a batch have led to; it travels with the batch."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pipeline.model.action import Identifiers
from pipeline.model.call import Rejection

Value = TypeVar("Value")
Place = Callable[[int], int | None]  # the new position of a row; None: it leaves


@dataclass(frozen=True)
class Progress:
    """The number of the next step, rejections of rows by position, and the identifiers learned."""

    step: int = 0
    rejected: Mapping[int, Rejection] = field(default_factory=dict)
    plan: tuple[str, ...] = ()  # "name function" of each step when ``step`` was counted
    done: frozenset[int] = frozenset()  # positions of rows that are so already
    learned: Mapping[int, Identifiers] = field(default_factory=dict)  # by position
    found_at: float | None = None  # when a step with ``fresh_for`` was last answered; seconds since the epoch
    tried: int = 0  # how often these rows were told to be tried again

    @property
    def is_empty(self) -> bool:
        """Whether no step is done and no row rejected or done."""
        return not self.step and not self.rejected and not self.done

    def dumps(self) -> str:
        """Write as JSON, without fields that hold nothing; "" when all of them do."""
        if self == Progress(plan=self.plan):
            return ""
        rejected = {str(position): [why.code, why.detail] for position, why in self.rejected.items()}
        record: dict[str, Any] = {"step": self.step, "rejected": rejected, "plan": self.plan}
        if self.done:
            record["done"] = sorted(self.done)
        if self.learned:
            record["learned"] = self.learned
        if self.found_at is not None:
            record["found_at"] = self.found_at
        if self.tried:
            record["tried"] = self.tried
        return json.dumps(record)

    @classmethod
    def loads(cls, text: str) -> "Progress":
        """Read the text of ``dumps``."""
        if not text:
            return cls()
        record = json.loads(text)
        return cls(
            record["step"],
            {int(position): Rejection(*why) for position, why in record["rejected"].items()},
            tuple(record.get("plan", ())),
            frozenset(record.get("done", ())),
            {int(position): identifiers for position, identifiers in record.get("learned", {}).items()},
            record.get("found_at"),
            record.get("tried", 0),
        )

    def without(self, position: int) -> "Progress":
        """Return the progress of all rows but the one at ``position``."""
        return self._moved(lambda old: None if old == position else old - (old > position))

    def halves(self, middle: int) -> tuple["Progress", "Progress"]:
        """Return the progress of the rows before ``middle``, and of those from there on."""
        first = self._moved(lambda old: old if old < middle else None)
        return first, self._moved(lambda old: old - middle if old >= middle else None)

    def among(self, positions: Sequence[int]) -> "Progress":
        """Return the progress of the rows at ``positions`` alone, in their order."""
        return self._moved({old: new for new, old in enumerate(positions)}.get)

    def _moved(self, place: Place) -> "Progress":
        return replace(
            self,
            rejected=_moved(self.rejected, place),
            done=frozenset(_moved(dict.fromkeys(self.done), place)),
            learned=_moved(self.learned, place),
        )


def _moved(values: Mapping[int, Value], place: Place) -> dict[int, Value]:
    return {new: value for old, value in values.items() if (new := place(old)) is not None}
