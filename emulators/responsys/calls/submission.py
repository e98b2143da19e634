"""Submission: a request is accepted now and processed later.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.jobs import Handle, Job, Jobs
from emulators.serving.messages import Answer

ROW_PATHS = (
    ("recipientData",),
    ("recordData", "records"),
    ("mergeTriggerRecordData", "mergeTriggerRecords"),
    ("ids",),
)
DECODER = msgspec.json.Decoder(dict[str, Any])


def submission(jobs: Jobs, function: str, handle: Handle) -> Callable[[Call], Answer]:
    """Return the asynchronous form of ``function``; ``handle`` is its synchronous form."""

    def submit(call: Call) -> Answer:
        refuse_disabled(call)
        check_submission(call)
        job = jobs.submit(replace(call, function=function), handle, call.behaviour.async_delay)
        return json_answer(acceptance(call, job), call.behaviour.async_status)

    return submit


def refuse_disabled(call: Call) -> None:
    """Refuse everything asynchronous in an account that is not enabled for it: 200, and no envelope."""
    if not call.behaviour.async_enabled:
        raise ApiError("ASYNC_API_DISABLED_FOR_USER", "Async API is not enabled for this account")


def check_submission(call: Call) -> None:
    """Refuse a body that is not JSON or has too many rows; further errors show in processing."""
    bodies.check_encoding(call.request)
    try:
        body = DECODER.decode(call.request.body)
    except msgspec.DecodeError as error:
        raise violation_error("INVALID_REQUEST_CONTENT", str(error)) from error
    for path in ROW_PATHS:
        rows: Any = body
        for key in path:
            rows = rows.get(key) if isinstance(rows, dict) else None
        if isinstance(rows, list) and len(rows) > bodies.MOST_ROWS:
            reason = f"{len(rows)} rows in one call, {bodies.MOST_ROWS} are allowed"
            raise violation_error("RECIPIENT_LIMIT_EXCEEDED", reason)


def acceptance(call: Call, job: Job) -> dict[str, Any]:
    """Return the answer to an accepted request: its id, and the path of its state."""
    return {
        "requestId": job.id,
        "apiName": job.api_name,
        "status": "REQUEST_ACCEPTED",
        "links": [
            {"rel": "self", "href": call.request.path, "method": "POST"},
            {"rel": "asyncResponse", "href": f"/rest/asyncApi/v1.3/requests/{job.id}", "method": "GET"},
        ],
    }
