"""Keep a thread of each worker free of any one connector, whose calls may hang for a minute.

Celery hands a worker more than its threads are at: what it holds meanwhile, of whichever connector, would
wait for a thread that may be a minute away, while other workers are idle.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

FEW = 3  # threads or less: there is none to spare


class ThreadShare:
    """The threads of one worker, and who has them."""

    def __init__(self) -> None:
        self.threads = 0  # 0: not known
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, connector: str) -> Iterator[bool]:
        """Take a seat as long as this is open; False when all but one are this connector's already."""
        with self._lock:
            free = self.threads <= FEW or self._taken[connector] < self.threads - 1
            self._taken[connector] += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken[connector] -= free
