"""Metrics of the SQL store: rows by outcome, dead letters, stops, sources."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import Engine, select

from pipeline.alerts.documents import open_by_rule
from pipeline.operate.metrics.closed_hours import Totals
from pipeline.operate.stream_status import stream_successes
from pipeline.records.catalog import Catalog
from pipeline.records.stops import stops
from pipeline.settle.dead_letters import Filter
from pipeline.settle.letter_sums import letter_sums
from pipeline.settle.statistics import UNKNOWN_TYPE
from pipeline.stores.database import reading
from pipeline.stores.snapshot_tables import snapshots

PLACE = ("connector", "destination")
OUTCOMES = ("received", "sent", "removed", "unchanged", "coalesced", "rejected", "erased")
TOTALS = {"calls": "activation_calls", "batches": "activation_batches", "rows": "activation_batch_rows"}
REJECTED, RESOLVED = "rejected:", "resolved:"
MOST_CODES = 100
OTHER = "other"  # in place of further codes


def rows_total(totals: Totals) -> Metric:
    """Rows by outcome."""
    metric = CounterMetricFamily("activation_rows", "Rows by outcome", labels=[*PLACE, "outcome"])
    rows: dict[tuple[str, str, str], int] = defaultdict(int)
    for (connector, destination, name), value in totals.items():
        outcome = name.partition(":")[0]
        if outcome in OUTCOMES:
            rows[connector, destination, outcome] += value
    for labels, value in sorted(rows.items()):
        metric.add_metric(labels, value)
    return metric


def rejected_total(totals: Totals) -> Metric:
    """Rejected rows by code, of which there are at most a hundred."""
    return by_word(totals, REJECTED, "activation_rejected_rows", "Rejected rows", "code")


def resolved_total(totals: Totals) -> Metric:
    """Dead letters that event files settled, by outcome, of which there are at most a hundred."""
    name, text = "activation_resolved_dead_letters", "Dead letters that event files settled"
    return by_word(totals, RESOLVED, name, text, "outcome")


def by_word(totals: Totals, prefix: str, metric: str, text: str, label: str) -> Metric:
    """Return counters by the word after ``prefix`` in their names, such as an outside system's code.

    The most frequent ``MOST_CODES`` words have a label of their own; all further ones count as ``OTHER``.
    """
    family = CounterMetricFamily(metric, text, labels=[*PLACE, label])
    words: dict[str, int] = defaultdict(int)
    for (_, _, name), value in totals.items():
        if name.startswith(prefix):
            words[name.removeprefix(prefix)] += value
    kept = set(sorted(words, key=lambda word: (-words[word], word))[:MOST_CODES])
    amounts: dict[tuple[str, str, str], int] = defaultdict(int)
    for (connector, destination, name), value in totals.items():
        if name.startswith(prefix):
            word = name.removeprefix(prefix)
            amounts[connector, destination, word if word in kept else OTHER] += value
    for labels, value in sorted(amounts.items()):
        family.add_metric(labels, value)
    return family


def unknown_types(totals: Totals) -> Metric:
    """Events of webhooks by types that are not known, of which there are at most a hundred."""
    name, text = "activation_hook_unknown_types", "Events of webhooks whose type is not known"
    metric = CounterMetricFamily(name, text, labels=["connector", "type"])
    amounts: dict[tuple[str, str], int] = defaultdict(int)
    for (connector, _, word), value in sorted(totals.items()):
        if word.startswith(UNKNOWN_TYPE):
            label = word.removeprefix(UNKNOWN_TYPE) if len(amounts) < MOST_CODES else OTHER
            amounts[connector, label] += value
    for labels, value in amounts.items():
        metric.add_metric(labels, value)
    return metric


def counter(metric: str, text: str, totals: Totals, wanted: str) -> Metric:
    """One number of the statistics, by place."""
    family = CounterMetricFamily(metric, text, labels=list(PLACE))
    for (connector, destination, name), value in sorted(totals.items()):
        if name == wanted:
            family.add_metric([connector, destination], value)
    return family


def open_letters(engine: Engine) -> Metric:
    """Open dead letters by code."""
    metric = GaugeMetricFamily("activation_dead_letters", "Open dead letters", labels=[*PLACE, "code"])
    with reading(engine) as connection:
        for connector, destination, code, amount in letter_sums(connection, Filter(), datetime.now(UTC)):
            metric.add_metric([connector or "", destination or "", code], amount)
    return metric


def stopped_records(catalog: Catalog) -> Iterator[Metric]:
    """Records that send nothing."""
    metric = GaugeMetricFamily(
        "activation_stopped", "1 while it is stopped", labels=["scope", "name", "kind"]
    )
    for stop in stops(catalog):
        metric.add_metric([stop.scope, stop.name, stop.kind], 1)
    yield metric


def source_successes(engine: Engine, events: Engine | None = None) -> Metric:
    """When each source last ran to its end, also while it runs again; ``events``: the store of streams."""
    name = "activation_source_last_success_timestamp_seconds"
    metric = GaugeMetricFamily(name, "When the last run ended well", labels=["source"])
    successes = select(snapshots.c.source, snapshots.c.succeeded_at).where(
        snapshots.c.source.is_not(None), snapshots.c.succeeded_at.is_not(None)
    )
    with reading(engine) as connection:
        for source, succeeded_at in connection.execute(successes):
            metric.add_metric([source], succeeded_at.timestamp())
    for source, succeeded_at in stream_successes(events) if events is not None else ():
        metric.add_metric([source], succeeded_at.timestamp())
    return metric


def alerts_open(engine: Engine, catalog: Catalog) -> Metric:
    """Open alerts by rule; 0 for a rule without one."""
    metric = GaugeMetricFamily("activation_alerts_open", "Open alerts", labels=["rule", "severity"])
    for labels, amount in sorted(open_by_rule(engine, catalog).items()):
        metric.add_metric(labels, amount)
    return metric
