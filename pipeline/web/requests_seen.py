"""Requests of all web processes, counted: each process adds its own up and puts them into Redis now and then.

Keys
    http:requests   hash of "method|route|status" to a number
    http:seconds    hash of "route|le" to a number of requests, and of "route|sum" to seconds
"""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import redis
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from pipeline.stores.broker import decoded

BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
FLUSH_SECONDS = 5.0


class RequestsSeen:
    """Counts requests; a thread moves the numbers to Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._seconds: Counter[str] = Counter()
        self._stopping = threading.Event()
        self.answered_at: datetime | None = None  # when Redis last answered; None: not yet

    def start(self) -> None:
        """Move the numbers in the background."""
        threading.Thread(target=self._run, name="requests", daemon=True).start()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        bucket = next((str(limit) for limit in BUCKETS if seconds <= limit), "+Inf")
        with self._lock:
            self._requests[f"{method}|{route}|{status}"] += 1
            self._seconds[f"{route}|{bucket}"] += 1
            self._seconds[f"{route}|sum"] += seconds  # type: ignore[assignment]

    def flush(self) -> None:
        """Move the numbers to Redis; while it is away they are kept."""
        with self._lock:
            requests, self._requests = self._requests, Counter()
            seconds, self._seconds = self._seconds, Counter()
        try:
            with self._client.pipeline(transaction=True) as pipe:
                for name, amount in requests.items():
                    pipe.hincrby("http:requests", name, amount)
                for name, value in seconds.items():
                    pipe.hincrbyfloat("http:seconds", name, value)
                (pipe.execute if requests else self._client.ping)()
            self.answered_at = datetime.now(UTC)
        except redis.RedisError:
            with self._lock:
                self._requests.update(requests)
                self._seconds.update(seconds)

    def _run(self) -> None:
        while not self._stopping.wait(FLUSH_SECONDS):
            self.flush()

    def collect(self) -> Iterator[Metric]:
        """Give the numbers of all processes."""
        try:
            requests = self._client.hgetall("http:requests")
            seconds = self._client.hgetall("http:seconds")
        except redis.RedisError:
            return
        yield requests_total({decoded(name): int(value) for name, value in requests.items()})
        yield request_seconds({decoded(name): float(value) for name, value in seconds.items()})


def requests_total(numbers: dict[str, int]) -> Metric:
    """Requests by method, route and status."""
    metric = CounterMetricFamily("activation_http_requests", "Requests", labels=["method", "route", "status"])
    for name, value in sorted(numbers.items()):
        metric.add_metric(name.split("|"), value)
    return metric


def request_seconds(numbers: dict[str, float]) -> Metric:
    """How long requests took, by route."""
    metric = HistogramMetricFamily("activation_http_request_seconds", "Length of requests", labels=["route"])
    for route in sorted({name.rpartition("|")[0] for name in numbers}):
        total, buckets = 0.0, []
        for limit in (*map(str, BUCKETS), "+Inf"):
            total += numbers.get(f"{route}|{limit}", 0.0)
            buckets.append((limit, total))
        metric.add_metric([route], buckets, sum_value=numbers.get(f"{route}|sum", 0.0))
    return metric
