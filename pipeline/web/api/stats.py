"""``GET /v1/stats``: numbers of some days, as ``activation stats --json`` prints them; a series of them."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.feed_numbers import read_feed_numbers
from pipeline.operate.series import read_series
from pipeline.operate.summary import read_summary
from pipeline.operate.summary_document import document
from pipeline.records.catalog import Catalog
from pipeline.text.messages import unknown
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import answer, stores
from pipeline.web.problems import Problem
from pipeline.web.quick_redis import answering_redis
from schemas.statistics_queries import SeriesQuery, StatsQuery

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
    found = read_summary(answering_redis(), place.engine, catalog, days=query["days"], connector=connector)
    if connector is not None and connector not in catalog.connectors and not found.lines:
        raise Problem("not-found", unknown("connector", connector, catalog.connectors))
    feeds = read_feed_numbers(place.events_if_any, catalog, days=query["days"], connector=connector)
    return answer(document(found, feeds))


@stats.get("/v1/stats/series")
@needs("read")
@stats.arguments(SeriesQuery, location="query")
@stats.response(200, description="Points of time, the oldest first; the last one is still growing.")
@stats.doc(security=[{"key": []}])
def get_series(query: Mapping[str, Any]) -> Response:
    """Give the numbers of each minute, hour or day."""
    place = stores()
    filters = {name: query.get(name) for name in ("connector", "destination")}
    found = read_series(answering_redis(), place.engine, query["step"], query["since"], filters)
    if not any(point["batches"] or point["rejected"] for point in found["points"]):
        refuse_unknown(place.records_without_secrets.load(), filters)
    return answer(found)


def refuse_unknown(catalog: Catalog, filters: Mapping[str, str | None]) -> None:
    """Raise Problem for a connector or destination that does not exist."""
    known = {"connector": catalog.connectors, "destination": catalog.destinations}
    for kind, name in filters.items():
        if name is not None and name not in known[kind]:
            raise Problem("not-found", f"{unknown(kind, name, known[kind])}.")
