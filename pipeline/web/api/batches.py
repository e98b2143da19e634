"""``/v1/batches`` and ``/v1/trace``: the outcomes of batches, and of one profile's changes."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.activity import note_alone
from pipeline.operate.batches import find_batch, page_of_batches, rows_of_batch
from pipeline.operate.paging import ForeignCursor
from pipeline.operate.trace import trace
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, page_of, stores
from pipeline.web.problems import Problem
from pipeline.web.quick_redis import answering_redis
from schemas.http import BatchesQuery, TraceBody
from schemas.query import NoQuery

batches = Blueprint("batches", __name__, description="What became of batches, and of one profile's changes.")


@batches.get("/v1/batches")
@needs("read")
@batches.arguments(BatchesQuery, location="query")
@batches.response(200, description="Batches, newest first.")
@batches.doc(security=[{"key": []}])
def list_batches(query: Mapping[str, Any]) -> Response:
    """List settled batches, newest first."""
    filters = {name: query.get(name) for name in ("connector", "destination", "outcome", "since")}
    return answer(page_of_batches(stores().engine, page_of(query), **filters))


@batches.get("/v1/batches/<id>")
@needs("read")
@batches.arguments(NoQuery, location="query")
@batches.response(200, description="One batch.")
@batches.doc(security=[{"key": []}])
def get_batch(_: Mapping[str, Any], id: str) -> Response:  # noqa: A002 - as in the path
    """Give one settled batch."""
    found = find_batch(stores().engine, id)
    if found is None:
        raise Problem("not-found", "There is no settled batch of this id; /v1/batches lists them.")
    return answer(found)


@batches.get("/v1/batches/<id>/rows")
@needs("operate")
@batches.arguments(NoQuery, location="query")
@batches.response(200, description="The rows with their verdicts.")
@batches.doc(security=[{"key": []}])
def get_rows(_: Mapping[str, Any], id: str) -> Response:  # noqa: A002 - as in the path
    """Say what became of each row of a batch."""
    rows = rows_of_batch(stores().engine, id)
    if rows is None:
        raise Problem(
            "not-found", "The outcomes of this batch are not kept, or there is none: /v1/batches lists them."
        )
    return answer({"rows": rows})


@batches.post("/v1/trace")
@needs("operate")
@batches.arguments(NoQuery, location="query")
@batches.arguments(TraceBody)
@batches.response(200, description="Empty lists for a profile of which nothing is known.")
@batches.doc(security=[{"key": []}])
def post_trace(_: Mapping[str, Any], body: Mapping[str, Any]) -> Response:
    """Say where a profile's changes wait and what became of the others; an activity notes it."""
    place = stores()
    note_alone(place.engine, actor(), "profile.traced")
    profile, limit, cursor = body["profile_id"], body["limit"], body.get("cursor")
    try:
        return answer(trace(answering_redis(), place.engine, profile, limit=limit, cursor=cursor))
    except ForeignCursor as error:
        raise Problem("invalid-request", "See `errors`.", errors={"json": {"cursor": [str(error)]}}) from None
