"""The collector of all metrics."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import redis
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.operate.metrics.closed_hours import ClosedHours
from pipeline.operate.metrics.of_consents import consent_metrics
from pipeline.operate.metrics.of_imports import file_metrics, import_successes
from pipeline.operate.metrics.of_redis import (
    backlog_metrics,
    call_metrics,
    day_metrics,
    limit_metrics,
    server_metrics,
)
from pipeline.operate.metrics.of_sql import (
    TOTALS,
    alerts_open,
    counter,
    open_letters,
    rejected_total,
    resolved_total,
    rows_total,
    source_successes,
    stopped_records,
    unknown_types,
)
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.settle.statistics import move_counters_to_sql


class Metrics:
    """Reads all metrics; one object for a process, because it remembers closed hours."""

    def __init__(
        self,
        client: redis.Redis,
        engine: Engine,
        records: Records,
        version: str,
        events: Callable[[], Engine | None] = lambda: None,
    ) -> None:
        """``events`` gives the events store, None if there is none."""
        self._client = client
        self._events = events
        self._engine = engine
        self._records = records
        self._version = version
        self._hours = ClosedHours()
        self._known = Catalog(0)  # the records of the last scrape to which SQL answered

    def describe(self) -> Iterable[Metric]:
        """Return nothing: names are known when they are read."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Give all metrics."""
        parts = {"sql": self._of_sql, "redis": self._of_redis}
        up = GaugeMetricFamily("activation_store_up", "1 if the store answers", labels=["store"])
        for store, part in parts.items():
            found = self._attempt(part)
            up.add_metric([store], 0 if found is None else 1)
            yield from found or ()
        yield up
        yield from self._attempt(self._of_events) or ()
        build = GaugeMetricFamily("activation_build_info", "The version", labels=["version"])
        build.add_metric([self._version], 1)
        yield build

    def _attempt(self, part: Callable[[], Iterator[Metric]]) -> list[Metric] | None:
        try:
            return list(part())
        except (redis.RedisError, SQLAlchemyError):
            return None

    def _of_sql(self) -> Iterator[Metric]:
        with suppress(redis.RedisError):  # without Redis the numbers are those of a moment ago
            self._client.ping()  # a script would be tried again and again
            move_counters_to_sql(self._client, self._engine)
        totals = self._hours.totals(self._engine)
        yield rows_total(totals)
        yield rejected_total(totals)
        yield resolved_total(totals)
        yield unknown_types(totals)
        for name, metric in TOTALS.items():
            yield counter(metric, f"Number of {name}", totals, name)
        yield open_letters(self._engine)
        self._known = self._records.load()
        yield from stopped_records(self._known)
        yield alerts_open(self._engine, self._known)
        yield source_successes(self._engine, self._events())
        yield import_successes(self._engine, self._known)

    def _of_events(self) -> Iterator[Metric]:
        events = self._events()
        if events is not None:
            yield from file_metrics(events)
            yield from consent_metrics(self._events, self._known)

    def _of_redis(self) -> Iterator[Metric]:
        self._client.ping()
        yield from backlog_metrics(self._client, self._known)
        yield from limit_metrics(self._client, self._known)
        yield from day_metrics(self._client, self._known)
        yield from call_metrics(self._client)
        yield from server_metrics(self._client)
