"""Composite: up to 25 requests in one call, each with a name by which its answer is known.

Source: REST API Developer Guide, ``resources_composite_composite.htm``. Requests inside inherit no header but
the login, so each write has its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Call
from pipeline.salesforce.calls import FUNCTION, TAG, WRITING
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.errors import error_of
from pipeline.text.plural import counted
from pipeline.wire.codes import UNKNOWN

MOST_QUERIES = 5  # queries and collections in one call
MOST_RECORDS = 200  # in one collection
HEADERS: Mapping[str, str] = {"Sforce-Call-Options": f"client={TAG}", **WRITING}


@dataclass(frozen=True)
class CompositePart:
    """One request inside; ``path`` is below the version."""

    name: str  # letters, digits and _
    path: str
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def composite_call(connector: SalesforceConnector, parts: Sequence[CompositePart]) -> Call:
    """Return one call for all parts; a refused part takes no other part back."""
    requests = [request_of(connector, part) for part in parts]
    return Call(
        function=FUNCTION,
        path=f"{connector.base}/composite",
        body={"allOrNone": False, "compositeRequest": requests},
    )


def request_of(connector: SalesforceConnector, part: CompositePart) -> dict[str, Any]:
    """Return one request as the body has it."""
    request: dict[str, Any] = {
        "method": part.method,
        "url": connector.base + part.path,
        "referenceId": part.name,
    }
    if part.body is not None:
        request |= {"body": part.body, "httpHeaders": {**HEADERS, **part.headers}}
    return request


def read_parts(answer: Any, needed: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """Return the bodies of the answers by the names of their parts; ``optional`` ones may be missing.

    Raises:
        OutcomeUnknown: there are too few, too many, or those of other parts.
        CallError: a part was refused as a whole.
    """
    results = answer.get("compositeResponse") if isinstance(answer, dict) else None
    names = [*needed, *(name for name in optional if name in names_of(results))]
    if not isinstance(results, list) or len(results) != len(names):
        size = counted(len(results), "answer") if isinstance(results, list) else "no list of answers"
        raise OutcomeUnknown(UNKNOWN, f"{size} to {counted(len(names), 'request')} in one call")
    bodies: dict[str, Any] = {}
    for name, result in zip(names, results, strict=True):
        if not isinstance(result, dict) or result.get("referenceId") != name:
            raise OutcomeUnknown(UNKNOWN, "an answer is to another request than the one in its place")
        status, body = result.get("httpStatusCode"), result.get("body")
        if not isinstance(status, int) or not 200 <= status < 300:
            raise error_of(status if isinstance(status, int) else 500, body)
        bodies[name] = body
    return bodies


def names_of(results: Any) -> list[Any]:
    """Return the names of the parts that there are answers to."""
    found = results if isinstance(results, list) else []
    return [result.get("referenceId") for result in found if isinstance(result, dict)]
