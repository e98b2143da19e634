"""``GET /v1/stats``: the numbers of some days, as ``activation stats --json`` prints them."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.summary import read_summary
from pipeline.operate.summary_document import document
from pipeline.text.messages import unknown
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import answer, stores
from pipeline.web.problems import Problem
from schemas.http import StatsQuery

stats = Blueprint("stats", __name__, description="What was received, sent, removed and rejected.")


@stats.get("/v1/stats")
@needs("read")
@stats.arguments(StatsQuery, location="query")
@stats.response(200, description="What `activation stats --json` prints.")
@stats.doc(security=[{"key": []}])
def get_stats(query: Mapping[str, Any]) -> Response:
    """Give the numbers of the last days for each destination, and what waits now."""
    place, connector = stores(), query.get("connector")
    catalog = place.records_without_secrets.load()
    found = read_summary(place.redis, place.engine, catalog, days=query["days"], connector=connector)
    if connector is not None and connector not in catalog.connectors and not found.lines:
        raise Problem("not-found", unknown("connector", connector, catalog.connectors))
    return answer(document(found))
