"""The door of the console: before each view, the request's origin, session, scope and form token."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect

from pipeline.web.auth import OPEN
from pipeline.web.console import session
from pipeline.web.console.places import own_path
from pipeline.web.context import stores
from pipeline.web.form_body import MAX_FORM, read_form
from pipeline.web.problems import Problem

SAFE = ("GET", "HEAD")
MAX_FIELDS = 2_000
FOREIGN = "The request was begun by another site. Open the page here, and do it again."

forms = CSRFProtect()  # asked by ``admit`` alone


def admit() -> Any:
    """Let a request in, lead it to the log-in, or raise Problem; before its body is read."""
    request.max_content_length = request.max_form_memory_size = MAX_FORM
    request.max_form_parts = MAX_FIELDS
    if is_foreign():
        raise Problem("forbidden", FOREIGN)
    g.door = "console"
    g.key = session.key_of_session()
    scope = getattr(current_app.view_functions[request.endpoint or ""], "needs", "read")
    if scope != OPEN:
        if g.key is None:
            return redirect(url_for("console-login.show", next=wanted_path()), 303)
        if not g.key.grants(scope):
            raise Problem("forbidden", f'This needs a key with scope "{scope}".', needs=scope)
    if request.method not in SAFE:
        read_form(request)
        forms.protect()
    return None


def is_foreign() -> bool:
    """Tell whether another site began the request; following a link to a page is no such request."""
    follows_link = request.method in SAFE and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if request.headers.get("Sec-Fetch-Site") == "cross-site" and not follows_link:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc not in own_hosts()


def own_hosts() -> tuple[str, str]:
    """Return the hosts, with ports, by which this console is reached."""
    return request.host, urlsplit(stores().settings.web.url).netloc


def wanted_path() -> str:
    """Return the path that a person asked for, to go on to after the log-in."""
    place = own_path(request.full_path.rstrip("?"))
    if request.method in SAFE:
        return place
    adapter = current_app.create_url_adapter(request)
    return place if adapter is not None and adapter.test(request.path, method="GET") else "/"
