"""``/v1/dead-letters``: rows that were not delivered, to be looked at, sent again or given up."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, g

from pipeline.operate.activity import note_alone
from pipeline.operate.letter_groups import groups_of_letters
from pipeline.operate.letters import letter_document, page_of_letters, without_activation
from pipeline.settle import dead_letters as letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, page_of, stores
from pipeline.web.problems import Problem
from schemas.letter_queries import GroupsQuery, LettersQuery
from schemas.query import NoQuery

FILTERS = ("connector", "destination", "audience", "code", "batch", "older_than", "newer_than", "proven")

dead_letters = Blueprint(
    "dead_letters", __name__, description="Rows that will not be sent again without a person's decision."
)


def filter_of(query: Mapping[str, Any]) -> Filter:
    """Return the choice of letters in a query."""
    state = query["state"]
    chosen: dict[str, Any] = {name: query.get(name) for name in FILTERS}
    return Filter(**chosen, state=None if state == "all" else state)


@dead_letters.get("/v1/dead-letters")
@needs("read")
@dead_letters.arguments(LettersQuery, location="query")
@dead_letters.response(200, description="A page of letters, newest first.")
@dead_letters.doc(security=[{"key": []}])
def list_letters(query: Mapping[str, Any]) -> Response:
    """List dead letters, newest first; `profile_id` is for the scopes operate and admin."""
    chosen, profiles = filter_of(query), g.key.grants("operate")
    return answer(page_of_letters(stores().engine, chosen, page_of(query), profiles=profiles))


@dead_letters.get("/v1/dead-letters/groups")
@needs("read")
@dead_letters.arguments(GroupsQuery, location="query")
@dead_letters.response(200, description="Groups, the largest first.")
@dead_letters.doc(security=[{"key": []}])
def list_groups(query: Mapping[str, Any]) -> Response:
    """Count dead letters by connector, destination and code."""
    return answer(groups_of_letters(stores().engine, filter_of(query)))


@dead_letters.get("/v1/dead-letters/<letter:id>")
@needs("read")
@dead_letters.arguments(NoQuery, location="query")
@dead_letters.response(200, description="A letter, without what was to be sent.")
@dead_letters.doc(security=[{"key": []}])
def get_letter(_: Mapping[str, Any], id: str) -> Response:  # noqa: A002 - as in the path
    """Give one dead letter."""
    document = without_activation(find_letter(id))
    return answer(letter_document(document, profiles=g.key.grants("operate")))


@dead_letters.get("/v1/dead-letters/<letter:id>/activation")
@needs("operate")
@dead_letters.arguments(NoQuery, location="query")
@dead_letters.response(200, description="What was to be sent.")
@dead_letters.doc(security=[{"key": []}])
def get_activation(_: Mapping[str, Any], id: str) -> Response:  # noqa: A002 - as in the path
    """Give what was to be sent; each time is kept as an activity."""
    letter = find_letter(id)
    note_alone(stores().engine, actor(), "dead_letter.shown", f"dead_letter:{letter.id}")
    try:
        json.loads(letter.activation)
    except (ValueError, RecursionError):
        return answer({"text": letter.activation})
    return Response(letter.activation, content_type="application/json")


def find_letter(letter_id: str) -> DeadLetter:
    """Return a letter; raises Problem if there is none of that id."""
    found = letters.find_letters(stores().engine, Filter(ids=(letter_id,), state=None))
    if not found:
        raise Problem("not-found", "There is no dead letter of this id; /v1/dead-letters lists them.")
    return found[0]
