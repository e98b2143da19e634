"""Asynchronous calls of Responsys: requests that are taken on now and answered later.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Call, Submitted
from pipeline.responsys.errors import code_of, error_of
from pipeline.responsys.names import path
from pipeline.wire.codes import UNKNOWN

POLL_REQUESTS = "pollRequests"  # the function by which limits count polls
PENDING = frozenset({"PROCESSING_REQUEST"})
GONE = frozenset({"RESPONSE_PURGED"})


def taken_on(answer: Any) -> Any:
    """Return the answer of a call; ``Submitted`` if the call was taken on to be answered later."""
    if isinstance(answer, dict) and answer.get("status") == "REQUEST_ACCEPTED":
        request = answer.get("requestId")
        return Submitted(request) if isinstance(request, str) else answer
    return answer


def poll_call(requests: Sequence[str]) -> Call:
    """Build the request that asks after all of them."""
    body = {"requestIds": list(requests)}
    return Call(function=POLL_REQUESTS, path=path("requests", api="async"), body=body)


def answers_in(polled: Any) -> Iterator[tuple[str, Any]]:
    """Yield each answered request with its answer; a CallError for an error."""
    for envelope in polled if isinstance(polled, list) else [polled]:
        if not isinstance(envelope, dict) or not isinstance(envelope.get("requestId"), str):
            continue
        response, status = envelope.get("response"), envelope.get("status")
        code = code_of(response)
        if code in PENDING or (code is None and status == "IN_PROGRESS"):
            continue
        if code in GONE or (code is None and status == "UNKNOWN"):
            gone = OutcomeUnknown(UNKNOWN, "the answer was no longer kept when it was asked for")
            yield envelope["requestId"], gone
        else:
            yield envelope["requestId"], taken_on(response) if code is None else error_of(200, response)
