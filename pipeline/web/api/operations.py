"""Operations: dead letters replayed or dropped, sources run now, and how far each has come."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.deciding import CountChanged, begin_decision, count_matching
from pipeline.operate.running import begin_run
from pipeline.settle.dead_letters import Filter
from pipeline.settle.operations import UNDER_WAY, Operation, find_operation
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from pipeline.web.problems import Problem
from schemas.http import RunBody
from schemas.letter_queries import LettersOperation
from schemas.query import NoQuery

ANSWER_WITHIN = 5.0  # seconds; an operation that takes longer is answered with 202
POLL = 0.1  # seconds
READS_ALL = "Each run of this source reads all: leave it out."

operations = Blueprint("operations", __name__, description="Decisions that a worker carries out.")


@operations.for_sections("POST", "/v1/dead-letters/{section}", ("replay", "drop"))
@needs("operate")
@operations.arguments(NoQuery, location="query")
@operations.arguments(LettersOperation)
@operations.response(200, description="It is done.")
@operations.alt_response(202, description="It goes on; `Location` says where to look.")
@operations.doc(security=[{"key": []}])
def decide(_: Mapping[str, Any], body: Mapping[str, Any], section: str) -> Response:
    """Send dead letters again, each to its own destination, once; or give them up.

    Those that were given up can still be looked at.
    """
    return begin_operation(section, body)


@operations.post("/v1/sources/<name>/run")
@needs("operate")
@operations.arguments(NoQuery, location="query")
@operations.arguments(RunBody)
@operations.response(202, description="It goes on; `Location` says where to look.")
@operations.doc(security=[{"key": []}])
def run(_: Mapping[str, Any], body: Mapping[str, Any], name: str) -> Response:
    """Run a source now; `confirm` sends although its numbers look wrong.

    `full` reads a source from the beginning that is otherwise read on from its mark.
    """
    find_record("sources", name)
    place = stores()
    if body["full"] and not place.records.load().sources[name].is_stream:
        raise Problem("invalid-request", "See `errors`.", errors={"json": {"full": [READS_ALL]}})
    operation = begin_run(place.engine, place.broker_url, actor(), name, **body)
    return with_location(answer(operation.document(), 202), operation)


@operations.get("/v1/operations/<id>")
@needs("read")
@operations.arguments(NoQuery, location="query")
@operations.response(200, description="How far it has come.")
@operations.doc(security=[{"key": []}])
def get_operation(_: Mapping[str, Any], id: str) -> Response:  # noqa: A002 - as in the path
    """Say how far an operation has come."""
    found = find_operation(stores().engine, id)
    if found is None:
        raise Problem("not-found", "There is no operation of this id; the action that begins one names it.")
    return answer(found.document())


def begin_operation(kind: str, body: Mapping[str, Any]) -> Response:
    """Begin an operation, and wait a little for its end."""
    place, expect = stores(), body.get("expect")
    chosen = Filter(ids=tuple(body["ids"])) if "ids" in body else Filter(**body["filter"])
    try:
        if body["dry_run"]:
            return answer({"matched": count_matching(place.engine, chosen, expect)})
        begun = begin_decision(place.engine, place.broker_url, actor(), kind, chosen, expect=expect)
    except CountChanged as changed:
        raise Problem("count-changed", str(changed), matched=changed.matched) from None
    return outcome(awaited_operation(begun))


def awaited_operation(operation: Operation) -> Operation:
    """Return the operation when it has ended, or as it is after some seconds."""
    deadline = time.monotonic() + ANSWER_WITHIN
    while operation.state in UNDER_WAY and time.monotonic() < deadline:
        time.sleep(POLL)
        operation = find_operation(stores().engine, operation.id) or operation
    return operation


def outcome(operation: Operation) -> Response:
    """Answer with an operation, and where to look if it goes on."""
    going_on = operation.state in UNDER_WAY
    response = answer(operation.document(), 202 if going_on else 200)
    return with_location(response, operation) if going_on else response


def with_location(response: Response, operation: Operation) -> Response:
    """Say where to look at an operation."""
    response.headers["Location"] = f"/v1/operations/{operation.id}"
    return response
