"""``/v1/people/explain``: how a person is known; the name of the person stands in the body alone."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.people import UnknownField, explain_people
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from pipeline.web.problems import Problem
from schemas.http import ExplainBody
from schemas.query import NoQuery

people = Blueprint("people", __name__, description="People, whom records, RIIDs and addresses belong to.")


@people.post("/v1/people/explain")
@needs("operate")
@people.arguments(NoQuery, location="query")
@people.arguments(ExplainBody)
@people.response(200, description="What `activation people explain --json` prints.")
@people.doc(security=[{"key": []}])
def explain(_: Mapping[str, Any], body: Mapping[str, Any]) -> Response:
    """Give names, records and entries of a person; an activity notes it, without the name.

    A RIID may be that of several people, in several accounts: then `others` has the rest of them.
    """
    try:
        found = explain_people(stores(), actor(), body["person"], body.get("field"))
    except UnknownField as error:
        raise Problem("invalid-request", "See `errors`.", errors={"json": {"field": [str(error)]}}) from None
    if not found:
        raise Problem(
            "not-found", "Nothing is known of this person: look at the name, it is compared as a whole."
        )
    first, *others = found
    return answer({**first, **({"others": others} if others else {})})
