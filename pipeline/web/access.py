"""Request ids, headers of every answer, and one line of the log for each request."""

import logging
import re
import time
import uuid
from functools import cache

from flask import Flask, Response, current_app, g, request

from pipeline.web import closing
from pipeline.web.requests_seen import RequestsSeen

log = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
UNMATCHED = "(no route)"  # in place of a path that might hold anything


def begin_request() -> None:
    """Give the request its id and note when it began."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.began = time.monotonic()
    g.key = None


def finish_request(response: Response) -> Response:
    """Add the headers of every answer, and write its line."""
    response = closing.finish(response)
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    seconds, place = time.monotonic() - g.began, route()
    seen: RequestsSeen = current_app.extensions["requests_seen"]
    seen.note(request.method, place, response.status_code, seconds)
    log.info(
        "request",
        extra={
            "method": request.method,
            "route": place,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "bytes": response.calculate_content_length() or 0,
            "key": g.key.name if g.key else "",
            "request_id": g.request_id,
        },
    )
    return response


def route() -> str:
    """Return the rule that matched, such as ``/v1/dead-letters/{id}``; never the path itself."""
    return template_of(request.url_rule.rule) if request.url_rule else UNMATCHED


@cache
def template_of(rule: str) -> str:
    """Write a rule of Flask as OpenAPI does: ``/v1/dead-letters/{id}``."""
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule)


def install(app: Flask) -> None:
    """Do this for every request of ``app``."""
    app.before_request(begin_request)
    app.after_request(finish_request)
