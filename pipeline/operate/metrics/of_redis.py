"""Metrics of Redis: rows that wait, and the calls that are allowed."""

from collections.abc import Iterator

import redis
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric

from pipeline.deliver.call_seconds import BOUNDS, KEY
from pipeline.lanes.backlog import read_backlogs
from pipeline.lanes.pace import read_paces
from pipeline.operate.metrics.of_sql import PLACE
from pipeline.operate.status import workers
from pipeline.operate.status.day_counts import read_day_counts
from pipeline.operate.status.intake_status import read_intake
from pipeline.records.catalog import Catalog
from pipeline.stores import redis_health
from pipeline.stores.shared_sums import SharedSums
from pipeline.text.histograms import histograms


def backlog_metrics(client: redis.Redis, catalog: Catalog) -> Iterator[Metric]:
    """Rows that wait, by destination; 0 when none does."""
    names = {
        "activation_waiting_rows": "Rows accepted and not settled",
        "activation_in_flight_rows": "Rows whose batch a worker has",
        "activation_oldest_row_seconds": "Age of the oldest row",
        "activation_overdue_seconds": "Time since the oldest row was due",
    }
    families = {name: GaugeMetricFamily(name, text, labels=list(PLACE)) for name, text in names.items()}
    for name, backlog in sorted(read_backlogs(client, catalog.destinations).items()):
        destination = catalog.destinations.get(name)
        labels = [destination.connector if destination else "", name]
        overdue = max(0.0, -backlog.due) if backlog.due is not None else 0.0
        values = (backlog.waiting, backlog.in_flight, backlog.oldest or 0.0, overdue)
        for family, value in zip(families.values(), values, strict=True):
            family.add_metric(labels, value)
    yield from families.values()


def limit_metrics(client: redis.Redis, catalog: Catalog) -> Iterator[Metric]:
    """Calls that are allowed, by function of a connector."""
    names = {
        "activation_limit_calls_per_minute": "Calls allowed in a minute",
        "activation_limit_calls_now": "Calls allowed at the moment",
        "activation_limit_calls_last_minute": "Calls made in the last minute",
        "activation_limit_paused_seconds": "Seconds until calls go again",
    }
    labels = ["connector", "function"]
    families = {name: GaugeMetricFamily(name, text, labels=labels) for name, text in names.items()}
    for pace in read_paces(client, catalog):
        values = (pace.most, pace.now, pace.made, pace.paused)
        for family, value in zip(families.values(), values, strict=True):
            family.add_metric([pace.connector, pace.function], value)
    yield from families.values()


def day_metrics(client: redis.Redis, catalog: Catalog) -> Iterator[Metric]:
    """Calls of accounts that count by 24 hours, by connector."""
    names = {
        "activation_org_calls_used": "Calls of 24 hours that are used by all",
        "activation_org_calls_most": "Calls that there may be in 24 hours",
        "activation_org_calls_last_hour": "Our calls of the last hour",
        "activation_org_calls_per_hour": "Calls of an hour that are ours",
    }
    families = {name: GaugeMetricFamily(name, text, labels=["connector"]) for name, text in names.items()}
    counts = read_day_counts(client, catalog, {})
    for count in counts:
        values = (count.use.used, count.use.most, count.made, count.pace.most)
        for family, value in zip(families.values(), values, strict=True):
            family.add_metric([count.connector.name], value)
    yield from families.values() if counts else ()


def call_metrics(client: redis.Redis) -> Iterator[Metric]:
    """How long calls took, by function of a connector."""
    metric = HistogramMetricFamily(
        "activation_delivery_seconds", "How long calls took", labels=["connector", "function"]
    )
    for name, buckets, total in histograms(SharedSums(KEY).read(client), BOUNDS):
        metric.add_metric(name.split("|"), buckets, sum_value=total)
    yield metric


def server_metrics(client: redis.Redis) -> Iterator[Metric]:
    """Entries and messages that wait, workers, and the memory of the server."""
    entries = GaugeMetricFamily("activation_intake_entries", "Entries that no worker has accepted")
    entries.add_metric([], read_intake(client).waiting)
    yield entries
    queues = GaugeMetricFamily("activation_queue_messages", "Celery messages", labels=["queue"])
    for queue, amount in workers.queued(client).items():
        queues.add_metric([queue], amount)
    yield queues
    living = GaugeMetricFamily("activation_workers_up", "1 if a worker lives")
    living.add_metric([], int(workers.seen(client, patience=0)))
    yield living
    server = redis_health.read(client)
    for name, value in (("used", server.used), ("limit", server.limit)):
        memory = GaugeMetricFamily(f"activation_redis_{name}_bytes", "Memory of the Redis server")
        memory.add_metric([], value)
        yield memory
