"""Pages of errors, in the console's look: which, why, and a way on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError

from pipeline.operate.keys import ApiKey
from pipeline.text.messages import flatten
from pipeline.web import health
from pipeline.web.console import session
from pipeline.web.console.pages import page
from pipeline.web.console.places import here, own_path
from pipeline.web.context import stores
from pipeline.web.problems import PROBLEMS, Problem

AWAY = ("intake-unavailable", "store-unavailable")
AGAIN_AFTER = "15"  # seconds until a browser asks for the page again
HEADINGS: Mapping[str, str] = {
    "not-found": "There is no such page",
    "forbidden": "This is not allowed",
    "internal": "Something went wrong",
}
ONLY_A_FORM = "Only a form of the console leads here: open its page, and press its button."
OLD_FORM = "The page is older than your log-in, or was open for long. Nothing was changed."


@dataclass(frozen=True)
class StoreState:
    """One store, as the page of a failure tells it."""

    name: str
    answers: bool
    answered_at: datetime | None  # to this process; None: not since it started


def install(app: Flask) -> None:
    """Let errors of the console's pages be pages."""
    app.extensions["problem_page"] = problem_page
    app.register_error_handler(CSRFError, old_form)


def problem_page(problem: Problem) -> Response | None:
    """Return the page of a problem; None if the request is for no page."""
    if not wants_page():
        return None
    if request.blueprint is None:
        g.key = key_if_known()
    if problem.slug in AWAY:
        return away_page(problem)
    kind = PROBLEMS[problem.slug]
    heading = HEADINGS.get(problem.slug, kind.title)
    again = request.path if problem.slug == "invalid-request" and request.method == "GET" else None
    detail, request_id = detail_of(problem), g.request_id
    return page("failure", heading, kind.status, detail=detail, again=again, request_id=request_id)


def key_if_known() -> ApiKey | None:
    """Return the key of the session, for a path that no view belongs to; None also if SQL is away."""
    try:
        return session.key_of_session()
    except SQLAlchemyError:
        return None


def detail_of(problem: Problem) -> str:
    """Return the sentence of this case."""
    if problem.slug == "not-found" and request.url_rule is None:
        return "Look at the address, or begin at the Overview."
    if problem.slug == "method-not-allowed":
        return ONLY_A_FORM
    messages = problem.added.get("errors", {}).get("query")
    return " ".join(flatten(messages)) if messages else problem.detail


def wants_page() -> bool:
    """Tell whether a page is asked for: one of the console, or a path that is none, by a browser."""
    blueprint = current_app.blueprints.get(request.blueprint or "")
    if blueprint is not None:
        return getattr(blueprint, "has_sessions", False)
    accepted = request.accept_mimetypes
    html, json = accepted.quality("text/html"), accepted.quality("application/json")
    return request.url_rule is None and not request.path.startswith("/v1/") and bool(html > json)


def away_page(problem: Problem) -> Response:
    """Return the page for a store that does not answer: which one, and since when; browsers try again."""
    answers = health.readiness(stores())
    seen: dict[str, Any] = current_app.extensions
    states = [
        StoreState("Redis", answers["redis"], seen["requests_seen"].answered_at),
        StoreState("The SQL store", answers["sql"], seen["keyring"].answered_at),
    ]
    away = [state.name for state in states if not state.answers]
    heading = f"{' and '.join(away) or 'A store'} {'do' if len(away) > 1 else 'does'} not answer"
    response = page("away", heading, 503, states=states, detail=problem.detail, again=here())
    if request.method == "GET":
        response.headers["Refresh"] = AGAIN_AFTER
    response.headers["Retry-After"] = AGAIN_AFTER
    return response


def old_form(_: CSRFError) -> Response:
    """Answer a form without a token of this session."""
    place = own_path(request.form.get("back"))
    return page("failure", "This form is out of date", 400, detail=OLD_FORM, again=place)
