"""Sums of all processes: each adds its own up, and moves them into one hash of Redis now and then."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

import redis

from pipeline.stores.broker import decoded
from pipeline.text.histograms import INFINITE, SUM


class SharedSums:
    """Numbers by name in the hash ``key``."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._lock = threading.Lock()
        self._pending: Counter[str] = Counter()  # not in Redis yet

    def add(self, amounts: Mapping[str, float]) -> None:
        """Add to the numbers of these names."""
        with self._lock:
            for name, amount in amounts.items():
                self._pending[name] += amount  # type: ignore[assignment]

    def count(self, name: str, value: float, bounds: Sequence[float]) -> None:
        """Count a value in a histogram, in its first bucket that holds it (see text/histograms.py)."""
        bucket = next((str(bound) for bound in bounds if value <= bound), INFINITE)
        with self._lock:
            self._pending[f"{name}|{bucket}"] += 1
            self._pending[f"{name}|{SUM}"] += value  # type: ignore[assignment]

    def move(self, client: redis.Redis) -> None:
        """Move the numbers to Redis; while it is away they are kept."""
        with self._lock:
            moving, self._pending = self._pending, Counter()
        if not moving:
            return
        try:
            with client.pipeline(transaction=True) as pipe:
                for name, amount in moving.items():
                    pipe.hincrbyfloat(self.key, name, amount)
                pipe.execute()
        except redis.RedisError:
            self.add(moving)

    def read(self, client: redis.Redis) -> dict[str, float]:
        """Return the numbers of all processes."""
        return {decoded(name): float(value) for name, value in client.hgetall(self.key).items()}
