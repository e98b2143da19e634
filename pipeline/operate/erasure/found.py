"""Found: the places at which a profile was found, and the reasons for which some of it is still there."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Place:
    """One place of one destination; None: of no destination, or of any."""

    name: str
    destination: str | None = None


@dataclass
class Found:
    """Finds of one profile; ``not_erased``: the rest, in words for a person."""

    counts: Counter[Place] = field(default_factory=Counter)
    not_erased: list[str] = field(default_factory=list)

    def add(self, name: str, amount: int, destination: str | None = None) -> None:
        """Count so many at a place."""
        if amount:
            self.counts[Place(name, destination)] += amount

    @property
    def total(self) -> int:
        """Sum of the finds at all places."""
        return self.counts.total()
