"""``/people``: how a person is known. The name of the person stands in forms alone."""

from flask import Response, request

from pipeline.operate.people import explain_people
from pipeline.operate.profile_lookup import in_words
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import read_form
from pipeline.web.console.pages import page
from pipeline.web.context import actor, stores
from schemas.http import ExplainBody

people = ConsoleBlueprint("people")


@people.get("/people")
@needs("operate")
def ask() -> Response:
    """Ask for a person."""
    return page("people", "People")


@people.post("/people")
@needs("operate")
def show() -> Response:
    """Show the people that a text names; an activity notes it, without the text."""
    if not request.form.get("person"):
        return page("people", "People", 422, problem="Give a person.")
    asked = read_form(ExplainBody)["person"]
    found = explain_people(stores(), actor(), asked)
    return page("people", "People", asked=asked, found=found, in_words=in_words)
