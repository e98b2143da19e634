"""The use of an account that counts the calls of all its users by 24 hours.

Our part of an hour is the least of our share of a day and of the rest below the ceiling. Above the ceiling
only destinations of the first class go on, with the tenth of our share that is kept for them. limits.inc.lua
is the authority; tests hold this to it.
"""

import math
from dataclasses import dataclass

from pipeline.model.connector import Connector

HOURS = 24
KEPT = 0.1  # of our share, for destinations of the first class
LAST = 0.95  # of all calls; then nothing goes out


@dataclass(frozen=True)
class DayUse:
    """The calls of anybody within 24 hours, and how many there may be."""

    used: int
    most: int

    def dumps(self) -> str:
        """Write it, as in "18/5000"."""
        return f"{self.used}/{self.most}"

    @classmethod
    def loads(cls, text: str) -> "DayUse":
        """Read the text of ``dumps``."""
        used, _, most = text.partition("/")
        return cls(int(used), int(most))

    def allowance(self, connector: Connector) -> int:
        """Return the calls of an hour that are ours; 0 above the ceiling."""
        below_ceiling = math.floor((connector.ceiling * self.most - self.used) / HOURS)
        return max(0, min(self._share(connector), below_ceiling))

    def kept(self, connector: Connector) -> int:
        """Return the calls of an hour that destinations of the first class have to themselves."""
        return 0 if self.is_spent else max(1, math.floor(KEPT * connector.share * self.most / HOURS))

    def is_above_ceiling(self, connector: Connector) -> bool:
        """Whether only destinations of the first class may go on."""
        return self.allowance(connector) == 0

    @property
    def is_spent(self) -> bool:
        """Whether the calls that are left of the day are kept for other programs of the account."""
        return self.used >= LAST * self.most

    def _share(self, connector: Connector) -> int:
        return 0 if self.is_spent else max(1, math.floor(connector.share * self.most / HOURS))
