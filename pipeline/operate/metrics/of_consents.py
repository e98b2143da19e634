"""Metrics of consents: the age of the oldest opting out that has not reached the other side."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import Engine

from pipeline.operate.consent_status import read_consents
from pipeline.records.catalog import Catalog


def consent_metrics(events: Callable[[], Engine | None], catalog: Catalog) -> Iterator[Metric]:
    """Seconds by consents, 0 while none waits."""
    oldest = GaugeMetricFamily(
        "activation_consents_oldest_untold_seconds",
        "Age of the oldest opting out that has not reached the other side",
        labels=["consents"],
    )
    for one in read_consents(events, catalog):
        oldest.add_metric([one.account.name], one.oldest or 0.0)
    yield oldest
