"""Requests of all web processes, counted: each process adds its own up and puts them into Redis now and then.

Keys
    http:requests   hash of "method|route|status" to a number
    http:seconds    hash of "route|le" to a number of requests, and of "route|sum" to seconds
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import redis
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from pipeline.stores.shared_sums import SharedSums
from pipeline.text.histograms import histograms

BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
FLUSH_SECONDS = 5.0


class RequestsSeen:
    """Counts requests; a thread moves the numbers to Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._requests = SharedSums("http:requests")
        self._seconds = SharedSums("http:seconds")
        self._stopping = threading.Event()
        self.answered_at: datetime | None = None  # when Redis last answered; None: not yet

    def start(self) -> None:
        """Move the numbers in the background."""
        threading.Thread(target=self._run, name="requests", daemon=True).start()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.add({f"{method}|{route}|{status}": 1})
        self._seconds.count(route, seconds, BOUNDS)

    def flush(self) -> None:
        """Move the numbers to Redis; while it is away they are kept."""
        self._requests.move(self._client)
        self._seconds.move(self._client)
        with suppress(redis.RedisError):
            self._client.ping()
            self.answered_at = datetime.now(UTC)

    def _run(self) -> None:
        while not self._stopping.wait(FLUSH_SECONDS):
            self.flush()

    def collect(self) -> Iterator[Metric]:
        """Give the numbers of all processes."""
        try:
            requests = self._requests.read(self._client)
            seconds = self._seconds.read(self._client)
        except redis.RedisError:
            return
        yield requests_total(requests)
        yield request_seconds(seconds)


def requests_total(numbers: Mapping[str, float]) -> Metric:
    """Requests by method, route and status."""
    metric = CounterMetricFamily("activation_http_requests", "Requests", labels=["method", "route", "status"])
    for name, value in sorted(numbers.items()):
        metric.add_metric(name.split("|"), value)
    return metric


def request_seconds(numbers: Mapping[str, float]) -> Metric:
    """How long requests took, by route."""
    metric = HistogramMetricFamily("activation_http_request_seconds", "Length of requests", labels=["route"])
    for route, buckets, total in histograms(numbers, BOUNDS):
        metric.add_metric([route], buckets, sum_value=total)
    return metric
