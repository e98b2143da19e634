"""Threads of a worker: no connector may have them all, for its calls may hang for a minute.

Celery hands a worker more tasks than it has threads. Without this, batches of every connector would wait
behind the calls of one, while other workers are idle.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MIN_THREADS = 4  # a worker with fewer threads has none to spare


class ThreadShare:
    """The threads of one worker, counted by the connector for which each makes a call."""

    def __init__(self) -> None:
        self.threads = 0  # 0: not known
        self._lock = threading.Lock()
        self._reserved: Counter[str] = Counter()

    @contextmanager
    def reserve(self, connector: str) -> Iterator[bool]:
        """Reserve a thread while the context is open; False when the connector has all threads but one."""
        with self._lock:
            free = self.threads < MIN_THREADS or self._reserved[connector] < self.threads - 1
            self._reserved[connector] += free
        try:
            yield free
        finally:
            with self._lock:
                self._reserved[connector] -= free
