"""Restarts: when a process that ended without being told to is started again, and when to give up."""

from collections import deque

LONGEST = 30.0  # seconds to wait
WINDOW = 60.0  # seconds
MOST_FAILURES = 5  # within WINDOW; then there is no use in another start


class Restarts:
    """The failures of one process: it is started again after 1, 2, 4 … 30 seconds.

    The waits begin anew when a process has run for a minute.
    """

    def __init__(self) -> None:
        self._failures: deque[float] = deque(maxlen=MOST_FAILURES)
        self._wait = 0.0
        self._started = 0.0

    def started(self, now: float) -> None:
        """Note a start; ``now``: seconds of a clock that never goes back."""
        self._started = now

    def failed(self, now: float) -> float | None:
        """Note an end; return the seconds to wait before the next start, None: give up."""
        self._failures.append(now)
        if len(self._failures) == MOST_FAILURES and now - self._failures[0] < WINDOW:
            return None
        lasted = now - self._started
        self._wait = 1.0 if lasted >= WINDOW else min(max(1.0, self._wait * 2), LONGEST)
        return self._wait
