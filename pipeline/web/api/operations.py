"""Operations on dead letters: ``POST /v1/dead-letters/replay`` and ``/drop``, ``GET /v1/operations/{id}``."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.activity import note
from pipeline.settle import dead_letters as letters
from pipeline.settle import operations as stored
from pipeline.settle.dead_letters import Filter
from pipeline.settle.operations import Operation
from pipeline.stores.doorbell import Doorbell
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from pipeline.web.problems import Problem
from schemas.http import LettersOperation, NoQuery

ANSWER_WITHIN = 5.0  # seconds; an operation that takes longer is answered with 202
POLL = 0.1  # seconds

operations = Blueprint("operations", __name__, description="Decisions on many dead letters.")


@operations.post("/v1/dead-letters/replay")
@needs("operate")
@operations.arguments(NoQuery, location="query")
@operations.arguments(LettersOperation)
@operations.response(200, description="It is done.")
@operations.alt_response(202, description="It goes on; `Location` says where to look.")
@operations.doc(security=[{"key": []}])
def replay(_: Mapping[str, Any], body: Mapping[str, Any]) -> Response:
    """Send dead letters again, each to its own destination, once."""
    return begin("replay", body)


@operations.post("/v1/dead-letters/drop")
@needs("operate")
@operations.arguments(NoQuery, location="query")
@operations.arguments(LettersOperation)
@operations.response(200, description="It is done.")
@operations.alt_response(202, description="It goes on; `Location` says where to look.")
@operations.doc(security=[{"key": []}])
def drop(_: Mapping[str, Any], body: Mapping[str, Any]) -> Response:
    """Give dead letters up; they can still be looked at."""
    return begin("drop", body)


@operations.get("/v1/operations/<operation_id>")
@needs("read")
@operations.arguments(NoQuery, location="query")
@operations.response(200, description="How far it has come.")
@operations.doc(security=[{"key": []}])
def get_operation(_: Mapping[str, Any], operation_id: str) -> Response:
    """Say how far an operation has come."""
    found = stored.find_operation(stores().engine, operation_id)
    if found is None:
        raise Problem("not-found", "There is no operation of this id.")
    return answer(found.document())


def begin(kind: str, body: Mapping[str, Any]) -> Response:
    """Begin an operation, and wait a little for its end."""
    place = stores()
    chosen = Filter(ids=tuple(body["ids"])) if "ids" in body else Filter(**body["filter"])
    matched = letters.count(place.engine, chosen)
    if body.get("expect", matched) != matched:
        raise Problem(
            "count-changed", f"{matched:,} open letters match now; nothing was done.", matched=matched
        )
    if body["dry_run"]:
        return answer({"matched": matched})
    with place.engine.begin() as connection:
        operation = stored.begin(connection, kind, chosen, matched, actor().name)
        note(connection, actor(), f"dead_letters.{kind}", f"operation:{operation.id}", f"{matched} letters")
    bell = Doorbell(place.broker_url)
    try:
        bell.run_operation(operation.id)
    finally:
        bell.close()
    return outcome(awaited(operation))


def awaited(operation: Operation) -> Operation:
    """Return the operation when it has ended, or as it is after some seconds."""
    deadline = time.monotonic() + ANSWER_WITHIN
    while operation.state in stored.UNDER_WAY and time.monotonic() < deadline:
        time.sleep(POLL)
        operation = stored.find_operation(stores().engine, operation.id) or operation
    return operation


def outcome(operation: Operation) -> Response:
    """Answer with an operation, and where to look if it goes on."""
    going_on = operation.state in stored.UNDER_WAY
    response = answer(operation.document(), 202 if going_on else 200)
    if going_on:
        response.headers["Location"] = f"/v1/operations/{operation.id}"
    return response
