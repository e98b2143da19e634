"""``/activity``: changes of records, each with the person or key that made it."""

from flask import Response

from pipeline.operate.activity import read_activity
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import PERIODS, read_query
from pipeline.web.console.pages import page
from pipeline.web.context import page_of, stores
from schemas.http import ActivityQuery

FILTERS = ("actor", "action", "since")

activity = ConsoleBlueprint("activity")


@activity.get("/activity")
def show() -> Response:
    """Show the activities that match a filter, newest first."""
    query = read_query(ActivityQuery)
    filters = {name: query.get(name) for name in FILTERS}
    return page(
        "activity",
        "Activity",
        found=read_activity(stores().engine, page_of(query), **filters),
        filtered=any(value is not None for value in filters.values()),
        periods=PERIODS,
    )
