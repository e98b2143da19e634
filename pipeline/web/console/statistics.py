"""``/statistics``: numbers of rows received, sent and rejected in some days."""

from datetime import timedelta
from typing import Any

from flask import Response

from pipeline.operate.code_meanings import meaning_of
from pipeline.operate.series import read_series
from pipeline.operate.summary import DestinationNumbers, read_summary
from pipeline.operate.summary_document import place_name
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import read_query
from pipeline.web.console.pages import page
from pipeline.web.console.queries import DAYS
from pipeline.web.context import stores
from pipeline.web.quick_redis import answering_redis
from schemas.statistics_queries import StatsQuery

NAMES = (
    *("received", "sent", "removed", "unchanged", "coalesced", "rejected"),
    *("calls", "rows_per_call"),
)  # unchanged: shown where there are any

statistics = ConsoleBlueprint("statistics")


@statistics.get("/statistics")
def show() -> Response:
    """Show the numbers of the last days."""
    query, place = read_query(StatsQuery), stores()
    days, connector = query["days"], query.get("connector")
    client, catalog = answering_redis(), place.records_without_secrets.load()
    found = read_summary(client, place.engine, catalog, days=days, connector=connector)
    series = read_series(
        client, place.engine, "day", timedelta(days=days), {"connector": connector, "destination": None}
    )
    return page(
        "statistics",
        "Statistics",
        days=days,
        choices=DAYS,
        lines=[line_of(line) for line in found.lines],
        total=line_of(found.total),
        resolved=sorted(found.total.resolved.items()),
        names=[name for name in NAMES if name != "unchanged" or found.total.unchanged],
        codes=sorted(found.total.rejected.items(), key=lambda pair: (-pair[1], pair[0])),
        meaning_of=meaning_of,
        points=series["points"],
        connectors=sorted(catalog.connectors),
    )


def line_of(numbers: DestinationNumbers) -> dict[str, Any]:
    """Return one line of the table."""
    return {
        "connector": place_name(numbers.where.connector),
        "destination": place_name(numbers.where.destination),
        "received": numbers.received,
        "sent": numbers.sent,
        "removed": numbers.removed,
        "unchanged": numbers.unchanged,
        "coalesced": numbers.coalesced,
        "rejected": sum(numbers.rejected.values()),
        "calls": numbers.calls,
        "rows_per_call": numbers.fill,
    }
