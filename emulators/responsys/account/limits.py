"""Calls per window, for each function of one account.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
"""

from collections import deque
from typing import Any

from emulators.responsys.messages.behaviour import Behaviour


class Meter:
    """Counts the calls of one function; ``limit`` None lets every call through."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.window = 0
        self.calls = 0  # in the clock window
        self.recent: deque[float] = deque()  # times of the calls within one window's length
        self.peak = 0  # most calls in a clock window
        self.peak_sliding = 0  # most calls in any stretch of a window's length
        self.throttled = 0

    def admit(self, now: float, behaviour: Behaviour) -> bool:
        """Let one call through, or count it as throttled."""
        window = int(now // behaviour.window)
        if window != self.window:
            self.window, self.calls = window, 0
        while self.recent and self.recent[0] <= now - behaviour.window:
            self.recent.popleft()
        used = self.calls if behaviour.window_shape == "fixed" else len(self.recent)
        if self.limit is not None and used >= self.limit:
            self.throttled += 1
            return False
        self.calls += 1
        self.recent.append(now)
        self.peak = max(self.peak, self.calls)
        self.peak_sliding = max(self.peak_sliding, len(self.recent))
        return True

    def report(self) -> dict[str, Any]:
        """Return the limit and how near the calls came to it."""
        return {
            "limit": self.limit,
            "peak": self.peak,
            "peak_sliding": self.peak_sliding,
            "throttled": self.throttled,
        }


class Limits:
    """The meters of one account."""

    def __init__(self, limits: dict[str, int | None]) -> None:
        self.meters = {function: Meter(limit) for function, limit in limits.items()}
        self.exhausted_until = 0.0  # INTERNAL_CAPACITY_LIMIT_EXCEEDED until then

    def change(self, limits: dict[str, int | None]) -> None:
        """Change limits; the calls of the present window stay counted."""
        if unknown := limits.keys() - self.meters.keys():
            names = ", ".join(self.meters)
            raise ValueError(f'there is no function "{min(unknown)}"; there are: {names}')
        for function, limit in limits.items():
            self.meters[function].limit = limit

    def restart(self) -> None:
        """Start counting again."""
        self.meters = {function: Meter(meter.limit) for function, meter in self.meters.items()}
        self.exhausted_until = 0.0
