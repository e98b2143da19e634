"""``/login`` and the log-out."""

from typing import Any

from flask import Response, current_app, g, request
from flask import session as cookie

from pipeline.operate.activity import Actor, note_alone
from pipeline.operate.keys import ApiKey
from pipeline.web.auth import OPEN, RefusedKeys, needs
from pipeline.web.console import session
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import go_to, page
from pipeline.web.console.places import own_path
from pipeline.web.context import actor, stores
from pipeline.web.keyring import KeyRing
from pipeline.web.problems import Problem

REFUSED = "This key is not known, or may not use the console."
TOO_MANY = "Too many wrong keys came from this address. Try again in a minute."
STRANGER = "console:unknown"

login = ConsoleBlueprint("login")


@login.get("/login")
@needs(OPEN)
def show() -> Response:
    """Ask for a key; a session that lasts goes on."""
    place = own_path(request.args.get("next"))
    return go_to(place) if g.key else login_form(place)


@login.post("/login")
@needs(OPEN)
def log_in() -> Response:
    """Begin a session."""
    place = own_path(request.args.get("next"))
    ring: KeyRing = current_app.extensions["keyring"]
    key = ring.find(request.form.get("key", "").strip())
    if key is None or not key.grants("read"):
        return refused_login(ring, key, place)
    note_alone(stores().engine, Actor(f"console:{key.name}", g.request_id), "login", f"key:{key.name}")
    session.begin_session(key)
    return go_to(place)


def refused_login(ring: KeyRing, key: ApiKey | None, place: str) -> Response:
    """Answer a key that does not open the console; which of the reasons it is is not told."""
    if not ring.current:
        raise Problem("store-unavailable", "Keys cannot be looked up now: try again in some seconds.")
    refusals: RefusedKeys = current_app.extensions["refusals"]
    address = request.remote_addr or ""
    if wait := refusals.wait(address):
        response = login_form(place, TOO_MANY, 429)
        response.headers["Retry-After"] = str(int(wait) + 1)
        return response
    refusals.note(address)
    who = f"console:{key.name}" if key else STRANGER
    note_alone(stores().engine, Actor(who, g.request_id), "login.refused")
    return login_form(place, REFUSED)


def login_form(place: str, problem: str = "", status: int = 200) -> Response:
    """Return the form."""
    return page("login", "Log in", status, place=place, problem=problem)


@login.post("/logout")
@needs("read")
def log_out() -> Any:
    """End the session, and all copies of its cookie."""
    note_alone(stores().engine, actor(), "logout", session.record_name())
    cookie.clear()
    return go_to("/login")
