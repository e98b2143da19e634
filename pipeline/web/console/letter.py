"""``/dead-letters/ID``: one letter and its history; its activation, if a person asks for it."""

import json
from typing import Any

from flask import Response, g

from pipeline.operate.activity import note_alone, read_activity
from pipeline.operate.code_meanings import meaning_of
from pipeline.operate.deciding import begin_decision
from pipeline.operate.letters import letter_document, parsed, without_activation
from pipeline.operate.paging import Page
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.web.api.dead_letters import find_letter
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import go_to, page
from pipeline.web.console.presses import once
from pipeline.web.context import actor, stores
from pipeline.web.quick_redis import answering_redis

letter = ConsoleBlueprint("letter")


@letter.get("/dead-letters/<letter_id>")
def show(letter_id: str) -> Response:
    """Show a letter without its activation."""
    return letter_page(find_letter(letter_id))


@letter.post("/dead-letters/<letter_id>/activation")
@needs("operate")
def show_activation(letter_id: str) -> Response:
    """Show a letter with its activation; an activity notes it."""
    found = find_letter(letter_id)
    note_alone(stores().engine, actor(), "dead_letter.shown", f"dead_letter:{found.id}")
    content = parsed(found.activation)
    text = content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False)
    return letter_page(found, activation=text)


@letter.get("/dead-letters/<letter_id>/activation")
def shown(letter_id: str) -> Response:
    """Redirect to the letter: a reload of the page with the activation asks for it with GET."""
    return go_to(f"/dead-letters/{find_letter(letter_id).id}")


@letter.post("/dead-letters/<letter_id>/<any(replay, drop):kind>")
@needs("operate")
def decide(letter_id: str, kind: str) -> Response:
    """Send one letter again, or give it up."""
    find_letter(letter_id)
    place, chosen = stores(), Filter(ids=(letter_id,))

    def begin() -> str:
        return f"/operations/{begin_decision(place.engine, place.broker_url, actor(), kind, chosen).id}"

    return go_to(once(answering_redis(), begin, f"/dead-letters/{letter_id}"))


def letter_page(found: DeadLetter, **shown: Any) -> Response:
    """Return the page of a letter."""
    document = letter_document(without_activation(found), profiles=g.key.grants("operate"))
    noted = read_activity(stores().engine, Page(limit=50), of=f"dead_letter:{found.id}")["activity"]
    meaning = meaning_of(found.code)
    heading = f"Dead letter {found.id}"
    return page("letter", heading, letter=document, meaning=meaning, noted=noted, **shown)
