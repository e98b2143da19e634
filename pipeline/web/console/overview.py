"""``/``: the Overview, with all that is wrong and how far each connector has come."""

from flask import Response

from pipeline.operate.status.document import document
from pipeline.operate.status.status import read_status
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import page
from pipeline.web.console.quick_redis import answering_redis
from pipeline.web.context import stores

overview = ConsoleBlueprint("overview")


@overview.get("/")
def show() -> Response:
    """Show how things stand."""
    place = stores()
    catalog = place.records_without_secrets.load()
    status = read_status(answering_redis(), place.engine, catalog, window=place.settings.limit_window)
    return page("overview", "Overview", live=True, status_document=document(status))
