"""Use of the org's calls within 24 hours, or a window that a test shortens."""

from collections import deque

from emulators.salesforce.messages.errors import ApiError
from emulators.salesforce.state.behaviour import Behaviour


class Usage:
    """The calls of the window, counted by tenths of a second."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.restart()

    def restart(self) -> None:
        """Count from nothing."""
        self.slots: deque[list[float]] = deque()  # [start of the slot, calls]
        self.own = 0
        self.refused = 0

    def used(self, now: float) -> int:
        """Return the calls within the window, including those of other programs."""
        while self.slots and self.slots[0][0] <= now - self.behaviour.window:
            self.own -= int(self.slots.popleft()[1])
        return self.own + self.behaviour.used_by_others

    def admit(self, now: float) -> None:
        """Count a call; raises ApiError over the maximum."""
        if self.used(now) >= self.behaviour.daily_maximum:
            self.refused += 1
            raise ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        slot = round(now, 1)
        if not self.slots or self.slots[-1][0] != slot:
            self.slots.append([slot, 0])
        self.slots[-1][1] += 1
        self.own += 1

    def header(self, now: float) -> str:
        """Return the value of ``Sforce-Limit-Info``."""
        return f"api-usage={self.used(now)}/{self.behaviour.daily_maximum}"
