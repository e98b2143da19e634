"""Metrics of imports: their last success, their files by state, and the events that they brought."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import BigInteger, Engine, cast, func, select

from pipeline.event_files.run_turn import read_runs
from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files


def import_successes(engine: Engine, catalog: Catalog) -> Metric:
    """When a run of each import last succeeded."""
    metric = GaugeMetricFamily(
        "activation_import_last_success_timestamp_seconds",
        "Time of the last run that succeeded",
        labels=["import"],
    )
    for name, run in sorted(read_runs(engine).items()):
        if name in catalog.imports and run.succeeded_at is not None:
            metric.add_metric([name], run.succeeded_at.timestamp())
    return metric


def file_metrics(events: Engine) -> Iterator[Metric]:
    """Files by import and state, and new events by import and feed; out of the events store."""
    files = event_files.c
    by_state = GaugeMetricFamily("activation_import_files", "Files of the ledger", labels=["import", "state"])
    by_feed = CounterMetricFamily("activation_events", "Events that files brought", labels=["import", "feed"])
    states = select(files.import_name, files.state, func.count()).group_by(files.import_name, files.state)
    new = cast(func.sum(files.new), BigInteger)
    feeds = select(files.import_name, files.feed, new).group_by(files.import_name, files.feed)
    with reading(events) as connection:
        for name, state, amount in connection.execute(states):
            by_state.add_metric([name, state], amount)
        for name, feed, amount in connection.execute(feeds):
            by_feed.add_metric([name, feed], amount)
    yield by_state
    yield by_feed
