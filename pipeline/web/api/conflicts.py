"""``/v1/conflicts``: questions about people and their records that only a person can answer."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.errors import Misconfigured
from pipeline.operate.conflicts import read_conflicts, settle_conflict, show_conflict
from pipeline.people.conflicts import find_conflict
from pipeline.stores.database import reading
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, page_of, stores
from pipeline.web.paths import ROW_ID
from pipeline.web.problems import Problem
from schemas.http import ConflictsQuery, SettleBody
from schemas.query import NoQuery

PLACE = f"/v1/conflicts/<{ROW_ID}:id>"

conflicts = Blueprint("conflicts", __name__, description="Questions about who is who.")


@conflicts.get("/v1/conflicts")
@needs("operate")
@conflicts.arguments(ConflictsQuery, location="query")
@conflicts.response(200, description="A page of conflicts, newest first.")
@conflicts.doc(security=[{"key": []}])
def list_conflicts(query: Mapping[str, Any]) -> Response:
    """List conflicts that are open; `settled=true`: the settled ones, too."""
    return answer(read_conflicts(stores(), page_of(query), settled=query["settled"]))


@conflicts.get(PLACE)
@needs("operate")
@conflicts.arguments(NoQuery, location="query")
@conflicts.response(200, description="What `activation conflicts show --json` prints.")
@conflicts.doc(security=[{"key": []}])
def get_conflict(_: Mapping[str, Any], id: int) -> Response:  # noqa: A002 - as in the path
    """Give a conflict with the records of both people; an activity notes it."""
    return answer(look_at(id))


@conflicts.post(f"{PLACE}/settle")
@needs("operate")
@conflicts.arguments(NoQuery, location="query")
@conflicts.arguments(SettleBody, required=False)
@conflicts.response(200, description="The conflict, settled.")
@conflicts.doc(security=[{"key": []}])
def settle(_: Mapping[str, Any], body: Mapping[str, Any], id: int) -> Response:  # noqa: A002
    """Settle a conflict: `same`, `apart` or `person:NUMBER`; without an answer as suggested.

    A consent: `out` or `in`. A field of a pair: `salesforce`, `responsys` or `value:TEXT`.
    """
    return answer(settle_now(id, body.get("answer")))


def look_at(number: int) -> dict[str, Any]:
    """Return a conflict with its records; raises Problem if there is none of this number."""
    try:
        return show_conflict(stores(), actor(), number)
    except Misconfigured:
        raise no_conflict() from None


def settle_now(number: int, chosen: str | None) -> dict[str, Any]:
    """Settle a conflict, and return it; raises Problem if it is settled, or if it has no such answer."""
    events = stores().events_if_any
    if events is None:
        raise no_conflict()
    with reading(events) as connection:
        try:
            conflict = find_conflict(connection, number)
        except Misconfigured:
            raise no_conflict() from None
    if conflict.settled is not None:
        raise Problem("changed-meanwhile", f"Conflict {number} was settled before: read it again.")
    try:
        return settle_conflict(stores(), actor(), number, chosen)
    except Misconfigured as error:
        raise Problem(
            "invalid-request", "See `errors`.", errors={"json": {"answer": [f"{error}."]}}
        ) from None


def no_conflict() -> Problem:
    """Return the answer for a number that no conflict has."""
    return Problem("not-found", "There is no conflict of this number; /v1/conflicts lists them.")
