"""The description of the API, completed: problems, headers and examples of every operation.

flask-smorest describes queries, bodies and the statuses of success; this file adds the rest.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.web.examples import EXAMPLES
from pipeline.web.problems import PROBLEM_JSON, PROBLEMS

Document = dict[str, Any]

JSON = "application/json"
METHODS = ("get", "put", "post", "delete")
TEXT = {"schema": {"type": "string"}}
TEXTS = {  # answers that are no JSON
    "GET /metrics": "text/plain",
    "POST /v1/hooks/salesforce/{connector}/{key}": "text/xml",
}
ALWAYS = ("invalid-request", "internal")  # problems of every operation
WITH_KEY = (
    "unauthenticated", "forbidden", "too-many-attempts", "intake-unavailable", "store-unavailable",
    "stores-apart",
)  # fmt: skip
WITH_BODY = ("malformed-body", "timeout", "body-too-large", "unsupported-media-type")
OF_HOOK = ("unauthenticated", "too-many-attempts", "intake-unavailable", "store-unavailable", "busy")
OF_INTAKE = ("unknown-audience", "invalid-activations", "idempotency-key-reused", "busy")
OF_PATHS: Mapping[re.Pattern[str], tuple[str, ...]] = {
    re.compile("/v1/people/explain"): ("not-found",),
    re.compile("/v1/conflicts/.*/settle"): ("changed-meanwhile",),
    re.compile("/v1/hooks/.*"): OF_HOOK,
    re.compile("/v1/audiences/.*/activations"): OF_INTAKE,
    re.compile("/v1/audiences/.*"): OF_INTAKE[:1],
}
ADDED: Mapping[str, Document] = {  # members of problems, by type, as examples
    "malformed-body": {"line": 3},
    "forbidden": {"needs": "operate"},
    "unknown-audience": {"audience": "lapsed-buyers"},
    "in-use": {"used_by": ["lapsed-event"]},
    "count-changed": {"matched": 1235},
    "body-too-large": {"limit": 67108864},
    "unsupported-media-type": {"supported": [JSON]},
    "invalid-request": {"errors": {"query": {"limit": ["Not a valid integer."]}}},
    "invalid-activations": {
        "accepted": 0,
        "refused": 1,
        "errors": {"0": {"call_type": ["Must be one of: ADD, UPDATE, REMOVE."]}},
        "errors_left_out": 0,
    },
    "intake-unavailable": {"accepted": 0, "unknown": 500},
}
HEADERS_OF: Mapping[int, Document] = {
    202: {"Location": {"description": "Where to look how far it has come.", **TEXT}},
    401: {"WWW-Authenticate": TEXT},
    429: {"Retry-After": {"schema": {"type": "integer"}}},
    503: {"Retry-After": {"schema": {"type": "integer"}}},
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The `ETag` that the record must still have.",
    "schema": {"type": "string"},
}
TOO_LONG = {  # the server's own answer, before there is a request
    "description": "The request line has more than 8,190 bytes.",
    "content": {"text/html": TEXT},
}
ONE_CHOICE = [  # of letters, as schemas/letter_queries.py checks it
    {"required": ["ids"], "properties": {"all": {"const": False}}, "not": {"required": ["filter"]}},
    {
        "required": ["filter"],
        "not": {"required": ["ids"]},
        "anyOf": [
            {"properties": {"filter": {"minProperties": 1}}},
            {"required": ["all"], "properties": {"all": {"const": True}}},
        ],
    },
]


def complete(document: Document) -> Document:
    """Add problems, headers and examples to a description, and return it."""
    document["components"].pop("responses", None)
    document["components"]["schemas"].pop("PaginationMetadata", None)
    document["components"]["schemas"]["ProblemDocument"]["additionalProperties"] = True
    document["components"]["schemas"]["LettersOperation"]["oneOf"] = ONE_CHOICE
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                complete_operation(method, path, operation)
    return document


def complete_operation(method: str, path: str, operation: Document) -> None:
    """Describe one operation in full."""
    if method in ("put", "delete"):
        operation.setdefault("parameters", []).append(IF_MATCH)
    if method == "put":
        operation["requestBody"] = record_body(path)
    successes = {
        status: succeed(f"{method.upper()} {path}", int(status), found)
        for status, found in operation["responses"].items()
        if status.isdigit() and (int(status) < 400 or (path, status) == ("/readyz", "503"))
    }
    problems: dict[str, list[str]] = {}
    for slug in slugs_of(method, path, operation):
        problems.setdefault(str(PROBLEMS[slug].status), []).append(slug)
    failures = {status: fail(int(status), slugs) for status, slugs in problems.items()}
    operation["responses"] = dict(sorted({**failures, **successes, "414": TOO_LONG}.items()))


def record_body(path: str) -> Document:
    """Describe the body that stores a record."""
    described: Document = {"schema": {"type": "object"}}
    if example := EXAMPLES.get(f"GET {path}"):
        described["example"] = example
    return {"required": True, "content": {JSON: described}}


def slugs_of(method: str, path: str, operation: Document) -> Iterator[str]:
    """Name the types of problems that an operation may answer with."""
    yield from ALWAYS
    if operation.get("security"):
        yield from WITH_KEY
    if "requestBody" in operation:
        yield from WITH_BODY
    if "{" in path or path.startswith("/v1/stats"):
        yield "not-found"
    yield from next((slugs for end, slugs in OF_PATHS.items() if end.fullmatch(path)), ())
    if method in ("put", "delete"):
        yield "changed-meanwhile"
    if method == "delete":
        yield "in-use"
    if path.endswith(("/replay", "/drop")):
        yield "count-changed"


def succeed(name: str, status: int, response: Document) -> Document:
    """Describe an answer that is no problem."""
    headers = {"X-Request-Id": TEXT, **HEADERS_OF.get(status, {}), **response.get("headers", {})}
    if name.endswith("/{name}") and status in (200, 201):
        headers["ETag"] = TEXT
    response = {**response, "headers": headers}
    content = response.get("content", {})
    if status == 204:
        return response
    if name in TEXTS:
        return {**response, "content": {TEXTS[name]: TEXT}}
    described = {"schema": {"type": "object"}, **content.get(JSON, {})}
    if name in EXAMPLES:
        described.setdefault("example", EXAMPLES[name])
    return {**response, "content": {JSON: described}}


def fail(status: int, slugs: list[str]) -> Document:
    """Describe the problems of one status."""
    return {
        "description": "; ".join(PROBLEMS[slug].title for slug in slugs),
        "headers": {"X-Request-Id": TEXT, **HEADERS_OF.get(status, {})},
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/ProblemDocument"},
                "examples": {slug: {"value": example_of(slug)} for slug in slugs},
            }
        },
    }


def example_of(slug: str) -> Document:
    """Return a problem of a type."""
    kind = PROBLEMS[slug]
    return {
        "type": f"/problems/{slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.meaning,
        "request_id": "6f1d0c8e",
        **ADDED.get(slug, {}),
    }
