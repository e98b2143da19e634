"""``GET /v1/status``: how things stand, as ``activation status --json`` prints it."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.consent_status import read_consents
from pipeline.operate.open_questions import read_questions
from pipeline.operate.status.document import document
from pipeline.operate.status.status import read_status
from pipeline.operate.stream_status import read_streams
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import answer, stores
from pipeline.web.imports_now import imports_now
from pipeline.web.quick_redis import answering_redis
from schemas.query import NoQuery

status = Blueprint("status", __name__, description="How things stand now.")


@status.get("/v1/status")
@needs("read")
@status.arguments(NoQuery, location="query")
@status.response(200, description="What `activation status --json` prints.")
@status.doc(security=[{"key": []}])
def get_status(_: Mapping[str, Any]) -> Response:
    """Say what is wrong, what waits where, and how fast it may go out."""
    place = stores()
    catalog = place.records_without_secrets.load()
    window = place.settings.limit_window
    found = read_status(
        answering_redis(),
        place.engine,
        catalog,
        window=window,
        patience=0,
        imports=imports_now(catalog),
        streams=read_streams(lambda: place.events_if_any, catalog),
        consents=read_consents(lambda: place.events_if_any, catalog),
        questions=read_questions(lambda: place.events_if_any, catalog),
    )
    return answer(document(found))
