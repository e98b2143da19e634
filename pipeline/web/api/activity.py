"""``GET /v1/activity``: the list of changes, with their actors."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.activity import read_activity
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import answer, page_of, stores
from schemas.http import ActivityQuery

activity = Blueprint("activity", __name__, description="Who changed what; it names no profile.")


@activity.get("/v1/activity")
@needs("read")
@activity.arguments(ActivityQuery, location="query")
@activity.response(200, description="Activities, newest first.")
@activity.doc(security=[{"key": []}])
def get_activity(query: Mapping[str, Any]) -> Response:
    """List who changed what, newest first."""
    filters = {name: query.get(name) for name in ("actor", "action", "since")}
    return answer(read_activity(stores().engine, page_of(query), **filters))
