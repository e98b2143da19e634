"""Problems: every error of the API as ``application/problem+json`` (RFC 9457).

``PROBLEMS`` is the one table of types. A problem names the case and the way out, never a value of a row.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g
from werkzeug.exceptions import HTTPException

from pipeline.text.escapes import encoded

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True)
class ProblemType:
    """One type of problem: its status, its title, and a text for the page that explains it."""

    status: int
    title: str
    meaning: str


PROBLEMS: Mapping[str, ProblemType] = {
    "malformed-body": ProblemType(
        400,
        "The body cannot be read",
        "It is not JSON, not UTF-8, empty, cut off, or its gzip is broken. Send it again, whole.",
    ),
    "unauthenticated": ProblemType(
        401,
        "A key is needed",
        "Send `Authorization: Bearer KEY` with a key that is in force; `activation keys create` makes one.",
    ),
    "forbidden": ProblemType(
        403,
        "The key may not do this",
        "The key lacks the scope that `needs` names, or the audience is not among its own.",
    ),
    "not-found": ProblemType(404, "There is no such thing", "Look at the path and the name in it."),
    "unknown-audience": ProblemType(
        404,
        "No destination takes changes of this audience",
        "Look at the name, or set up a destination with `activation apply`.",
    ),
    "method-not-allowed": ProblemType(
        405, "This method does not work here", "The header `Allow` names the methods that do."
    ),
    "timeout": ProblemType(
        408, "The body stopped coming", "Nothing came for 30 s in the middle of a body. Send it again."
    ),
    "in-use": ProblemType(409, "It is in use", "`used_by` names what uses it: change or remove that first."),
    "count-changed": ProblemType(
        409,
        "The number has changed",
        "Not as many match as `expect` said, and nothing was done. Look again at `matched`.",
    ),
    "changed-meanwhile": ProblemType(
        412, "It was changed meanwhile", "`If-Match` does not agree: read it again, then change it."
    ),
    "body-too-large": ProblemType(
        413, "The body is too large", "Send it in parts of at most `limit` bytes, counted after unpacking."
    ),
    "unsupported-media-type": ProblemType(
        415,
        "This kind of body is not read here",
        "`supported` lists what `Content-Type` and `Content-Encoding` may be.",
    ),
    "invalid-request": ProblemType(
        422, "The request breaks rules", "`errors` says which parameter or field breaks which rule."
    ),
    "invalid-activations": ProblemType(
        422,
        "Activations break rules",
        "`errors` says which rows break which rules, by index from 0. Without `partial=true` none was taken.",
    ),
    "idempotency-key-reused": ProblemType(
        422,
        "The Idempotency-Key came with another body",
        "Use a new key for another body, audience or options; repeat with the same key the same only.",
    ),
    "too-many-attempts": ProblemType(
        429,
        "Too many refused keys",
        "Wrong keys from this address are refused for a while, see `Retry-After`; a right key is served.",
    ),
    "internal": ProblemType(
        500, "Our fault", "The log of the web process has the rest under the request id."
    ),
    "busy": ProblemType(503, "Too many bodies at a time", "Try again after `Retry-After` seconds."),
    "intake-unavailable": ProblemType(
        503,
        "The intake does not answer",
        "Redis is away, full, or cannot write. Repeat the request with its `Idempotency-Key`.",
    ),
    "stores-apart": ProblemType(
        503,
        "The stores do not belong together",
        "Redis is another installation's by now: use the two that belong together, or `activation adopt`.",
    ),
    "store-unavailable": ProblemType(
        503, "The SQL store does not answer", "It is away or locked. Try again after `Retry-After` seconds."
    ),
}
OF_STATUS = {
    400: "malformed-body",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "timeout",
    412: "changed-meanwhile",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
}
RETRY_AFTER = 5  # seconds


class Problem(Exception):
    """A request that fails: the slug of its type, this case in ``detail``, and members that the type adds."""

    def __init__(
        self, slug: str, detail: str, headers: Mapping[str, str] | None = None, **added: Any
    ) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail
        self.headers = dict(headers or {})
        self.added = added

    def response(self) -> Response:
        """Return the answer."""
        kind = PROBLEMS[self.slug]
        document = {
            "type": f"/problems/{self.slug}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "request_id": g.request_id,
            **self.added,
        }
        headers = dict(self.headers)
        if kind.status in (429, 503):
            headers.setdefault("Retry-After", str(RETRY_AFTER))
        if kind.status == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")
        body = encoded(json.dumps(document, ensure_ascii=False))
        return Response(body, kind.status, headers, content_type=PROBLEM_JSON)


def of_http(error: HTTPException) -> Problem:
    """Return the problem for an error of Flask, Werkzeug or webargs."""
    slug = OF_STATUS.get(error.code or 500, "internal")
    messages = getattr(error, "data", {}).get("messages")
    if slug == "invalid-request":
        return Problem(slug, "See `errors`.", errors=messages or {})
    if slug == "method-not-allowed":
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return Problem(slug, f"Allowed here: {allowed}.", {"Allow": allowed})
    if slug == "not-found":
        return Problem(slug, "There is no such path; /docs lists those that there are.")
    detail = PROBLEMS[slug].meaning
    return Problem(slug, detail)


def install(app: Flask) -> None:
    """Let every error of ``app`` be answered as a problem."""

    @app.errorhandler(Problem)
    def on_problem(problem: Problem) -> Response:
        return respond(problem)

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        return respond(of_http(error))


def respond(problem: Problem) -> Response:
    """Answer with a problem; where a page was asked for, with a page of it."""
    page_of = current_app.extensions.get("problem_page")
    page: Response | None = page_of(problem) if page_of else None
    return problem.response() if page is None else page
