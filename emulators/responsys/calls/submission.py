"""Submission: a request is accepted now and processed later.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.jobs import Handle, Job, Jobs

ROWS = (
    ("recipientData",),
    ("recordData", "records"),
    ("mergeTriggerRecordData", "mergeTriggerRecords"),
    ("ids",),
)
ANYTHING = msgspec.json.Decoder(dict[str, Any])


def submission(jobs: Jobs, function: str, handle: Handle) -> Callable[[Call], Answer]:
    """Return the asynchronous form of ``function``, whose synchronous form is ``handle``."""

    def submit(call: Call) -> Answer:
        check(call)
        job = jobs.submit(replace(call, function=function), handle, call.behaviour.async_delay)
        return json_answer(accepted(call, job), call.behaviour.async_status)

    return submit


def check(call: Call) -> None:
    """Look only whether the body is JSON, and has not too many rows; the rest shows in processing."""
    bodies.check_encoding(call.request)
    try:
        body = ANYTHING.decode(call.request.body)
    except msgspec.DecodeError as error:
        raise violation_error("INVALID_REQUEST_CONTENT", str(error)) from error
    for path in ROWS:
        found: Any = body
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list) and len(found) > bodies.MOST_ROWS:
            reason = f"{len(found)} rows in one call, {bodies.MOST_ROWS} are allowed"
            raise violation_error("RECIPIENT_LIMIT_EXCEEDED", reason)


def accepted(call: Call, job: Job) -> dict[str, Any]:
    """Tell where the answer will be."""
    return {
        "requestId": job.id,
        "apiName": job.api_name,
        "status": "REQUEST_ACCEPTED",
        "links": [
            {"rel": "self", "href": call.request.path, "method": "POST"},
            {"rel": "asyncResponse", "href": f"/rest/asyncApi/v1.3/requests/{job.id}", "method": "GET"},
        ],
    }
