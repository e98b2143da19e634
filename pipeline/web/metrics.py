"""``GET /metrics``: for Prometheus."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from pipeline.operate.metrics.collector import Metrics
from pipeline.runtime.stores import Stores
from pipeline.stores.broker import connect
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.requests_seen import RequestsSeen
from schemas.query import NoQuery

TIMEOUT = 1.0  # seconds for an answer of Redis: a scrape does not wait long

metrics = Blueprint("metrics", __name__, description="Numbers for Prometheus.")


def install(app: Flask, version: str) -> None:
    """Give ``app`` its registry."""
    stores: Stores = app.extensions["stores"]
    client = connect(stores.broker_url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
    seen = RequestsSeen(client)
    registry = CollectorRegistry(auto_describe=False)
    events = lambda: stores.events_if_any  # noqa: E731
    registry.register(Metrics(client, stores.engine, stores.records, version, events))
    registry.register(seen)
    app.extensions |= {"registry": registry, "requests_seen": seen}
    seen.start()


@metrics.get("/metrics")
@needs("read")
@metrics.arguments(NoQuery, location="query")
@metrics.response(200, content_type="text/plain", description="All metrics in Prometheus' text format.")
@metrics.doc(security=[{"key": []}])
def get_metrics(_: Mapping[str, Any]) -> Response:
    """Give all metrics in Prometheus' text format."""
    content = generate_latest(current_app.extensions["registry"])
    return Response(content, content_type=CONTENT_TYPE_PLAIN_0_0_4)
