"""The stores, the actor and the page of a list, for views."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, g, json, request, url_for

from pipeline.operate.activity import Actor
from pipeline.operate.paging import Page
from pipeline.runtime.stores import Stores
from pipeline.text.escapes import encoded

PAGED = ("limit", "cursor")


def stores() -> Stores:
    """Return the stores of this process."""
    found: Stores = current_app.extensions["stores"]
    return found


def actor() -> Actor:
    """Return the actor of the request: its key, at the API or the console."""
    return Actor(f"{g.get('door', 'key')}:{g.key.name}", g.request_id)


def page_of(query: Mapping[str, Any]) -> Page:
    """Return the page that a query asks for; all else in the query are filters of the list."""
    filters = {name: value for name, value in query.items() if name not in PAGED}
    return Page(query["limit"], query.get("cursor"), filters)


def answer(document: Mapping[str, Any], status: int = 200) -> Response:
    """Return a document as JSON; a page of a list that a GET reads has the link to the next one."""
    body = encoded(json.dumps(document, ensure_ascii=False))
    response = Response(body, status, content_type="application/json")
    if document.get("next") and request.method in ("GET", "HEAD"):
        place = {**request.args, "cursor": document["next"]}
        link = url_for(request.endpoint or "", **(request.view_args or {}), **place)
        response.headers["Link"] = f'<{link}>; rel="next"'
    return response
