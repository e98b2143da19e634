"""Composite: up to 25 requests in one call, of which five may be queries or collections.

Source: REST API Developer Guide, ``resources_composite_composite.htm``. A later request may use
``@{ref.field}`` of an earlier answer. With ``allOrNone`` one refusal takes all requests back, and each of the
rest answers 400.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from emulators.salesforce.messages.bodies import encode, json_answer
from emulators.salesforce.messages.errors import violation_error
from emulators.salesforce.state.call import Call
from emulators.serving.messages import Answer, Request

MOST_REQUESTS, MOST_LARGE = 25, 5
NAME = re.compile(r"[A-Za-z0-9_]+")
USE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.\w+|\[\d+\])*)\}")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
LARGE = re.compile(r"/services/data/v[\d.]+/(query|composite/sobjects)")
HALTED = [{"errorCode": "PROCESSING_HALTED", "message": "The transaction was rolled back"}]
Serve = Callable[[Request, str], Answer]  # a request inside another, and the calling user


class Part(msgspec.Struct, rename="camel"):
    """One request inside a composite."""

    method: str
    url: str
    reference_id: str
    body: Any = None
    http_headers: dict[str, str] = {}


class Parts(msgspec.Struct, rename="camel"):
    """The body of a composite."""

    composite_request: list[Part]
    all_or_none: bool = False


def composite(serve: Serve) -> Callable[[Call], Answer]:
    """Return the function; ``serve`` answers the requests inside."""

    def answer_all(call: Call) -> Answer:
        body: Parts = call.body(Parts)
        check_parts(body.composite_request)
        answers: dict[str, Any] = {}
        results = []
        with call.org.transaction() as take_back:
            for part in body.composite_request:
                answer = serve(inner_request(call, part, answers), call.user)
                content = msgspec.json.decode(answer.body) if answer.body else None
                answers[part.reference_id] = content
                results.append(result_of(part, answer, content))
            if body.all_or_none and any(result["httpStatusCode"] >= 400 for result in results):
                take_back()
                results = [r if r["httpStatusCode"] >= 400 else halted(r) for r in results]
        return json_answer({"compositeResponse": results})

    return answer_all


def check_parts(parts: list[Part]) -> None:
    """Refuse too many requests, and names that are no names; raises ApiError."""
    if not 1 <= len(parts) <= MOST_REQUESTS:
        raise violation_error("LIMIT_EXCEEDED", f"{len(parts)} requests in one, {MOST_REQUESTS} are allowed")
    large = sum(LARGE.match(part.url) is not None for part in parts)
    if large > MOST_LARGE:
        raise violation_error("LIMIT_EXCEEDED", f"{large} queries or collections, {MOST_LARGE} are allowed")
    names = [part.reference_id for part in parts]
    if len(set(names)) < len(names) or not all(NAME.fullmatch(name) for name in names):
        raise violation_error("INVALID_INPUT", "referenceId: letters, digits and _ only, and each once")


def inner_request(call: Call, part: Part, answers: dict[str, Any]) -> Request:
    """Return the request of a part, with the headers of the whole call."""
    url = USE.sub(lambda match: value_of(match, answers), part.url)
    path, _, query = url.partition("?")
    body = b""
    if part.body is not None:
        text = USE.sub(lambda match: value_of(match, answers), encode(part.body).decode())
        body = text.encode()
    inner = {name.lower().encode(): value.encode() for name, value in part.http_headers.items()}
    outer = [(name, value) for name, value in call.request.headers if name != b"content-encoding"]
    headers = [*inner.items(), *outer, (b"content-type", b"application/json")]
    return Request(part.method, path, query, headers, body)


def value_of(match: re.Match[str], answers: dict[str, Any]) -> str:
    """Return the value of an earlier answer that ``@{ref.field}`` means; raises ApiError."""
    value = answers.get(match[1])
    try:
        for name, index in STEP.findall(match[2]):
            value = value[name] if name else value[int(index)]  # type: ignore[index]
    except (KeyError, IndexError, TypeError) as error:
        raise violation_error("PROCESSING_HALTED", f"Invalid reference specified: {match[0]}") from error
    return str(value)


def result_of(part: Part, answer: Answer, content: Any) -> dict[str, Any]:
    """Return the answer to a part."""
    return {
        "body": content,
        "httpHeaders": {"Location": answer.headers["location"]} if "location" in answer.headers else {},
        "httpStatusCode": answer.status,
        "referenceId": part.reference_id,
    }


def halted(result: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a part that was taken back."""
    return result | {"body": HALTED, "httpStatusCode": 400, "httpHeaders": {}}
