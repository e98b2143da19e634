"""``/``: the Overview, with all that is wrong and how far each connector has come."""

from datetime import timedelta

from flask import Response

from pipeline.alerts.documents import open_alerts
from pipeline.operate.series import read_series
from pipeline.operate.status.troubles import troubles
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import page
from pipeline.web.console.standing import Standing, read_standing
from pipeline.web.context import stores

HOUR = timedelta(hours=1)

overview = ConsoleBlueprint("overview")


@overview.get("/")
def show() -> Response:
    """Show how things stand."""
    standing = read_standing()
    status, place = standing.status, stores()
    if not status.catalog.connectors and not status.destinations:
        return page("overview_empty", "Overview", troubles=other_troubles(standing))
    series = read_series(place.redis, place.engine, "minute", HOUR, {})
    return page(
        "overview",
        "Overview",
        live=True,
        standing=standing,
        limits=standing.document["limits"],
        alerts=open_alerts(place.engine),
        troubles=troubles(status),
        points=series["points"],
    )


def other_troubles(standing: Standing) -> list[object]:
    """Return the troubles of an installation without records: all but that there are none."""
    return [each for each in troubles(standing.status) if not each.text.startswith("no destination")]
