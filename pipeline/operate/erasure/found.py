"""Where something of a profile was, and what could not be erased yet."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Place:
    """One place of one destination; None: of no destination, or of any."""

    name: str
    destination: str | None = None


@dataclass
class Found:
    """What was found of one profile; ``left``: what is there still, in words."""

    counts: Counter[Place] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    def add(self, name: str, amount: int, destination: str | None = None) -> None:
        """Count so many at a place."""
        if amount:
            self.counts[Place(name, destination)] += amount

    @property
    def total(self) -> int:
        """How much was found."""
        return self.counts.total()
