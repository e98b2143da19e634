"""Requests that are accepted now, processed later, and polled for.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from emulators.responsys import bodies
from emulators.responsys.call import Call
from emulators.responsys.emulator import Emulator
from emulators.responsys.errors import ErrorBody, violated
from emulators.responsys.jobs import Handle, Job, poll_error
from emulators.responsys.messages import Answer, answer

MOST_IN_PATH = 10
TIME_ZONE = "Coordinated Universal Time"
PROCESSING = ErrorBody(
    title="Processing request", errorCode="PROCESSING_REQUEST", detail="Request in progress"
)
PURGED = ErrorBody(title="Response purged", errorCode="RESPONSE_PURGED", detail="Response Message Purged")
ROWS = (
    ("recipientData",),
    ("recordData", "records"),
    ("mergeTriggerRecordData", "mergeTriggerRecords"),
    ("ids",),
)


class PollBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which requests a poll is about."""

    requestIds: list[str]  # noqa: N815  Oracle's spelling


ANYTHING = msgspec.json.Decoder(dict[str, Any])
POLL = msgspec.json.Decoder(PollBody)


def submission(function: str, handle: Handle) -> Callable[[Call], Answer]:
    """Return what accepts calls of the synchronous ``function`` for later."""

    def submit(call: Call) -> Answer:
        check(call)
        emulator = call.emulator
        job = emulator.jobs.submit(replace(call, function=function), handle, emulator.behaviour.async_delay)
        return answer(accepted(call, job), emulator.behaviour.async_status)

    return submit


def check(call: Call) -> None:
    """Look only whether the body is JSON, and has not too many rows; the rest shows in processing."""
    bodies.check_wire(call.request)
    try:
        body = ANYTHING.decode(call.request.body)
    except msgspec.DecodeError as error:
        raise violated("INVALID_REQUEST_CONTENT", str(error)) from error
    for path in ROWS:
        found: Any = body
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list) and len(found) > bodies.MOST_ROWS:
            reason = f"{len(found)} rows in one call, {bodies.MOST_ROWS} are allowed"
            raise violated("RECIPIENT_LIMIT_EXCEEDED", reason)


def accepted(call: Call, job: Job) -> dict[str, Any]:
    """Tell where the answer will be."""
    return {
        "requestId": job.id,
        "apiName": api_name(job),
        "status": "REQUEST_ACCEPTED",
        "links": [
            {"rel": "self", "href": call.request.path, "method": "POST"},
            {"rel": "asyncResponse", "href": f"/rest/asyncApi/v1.3/requests/{job.id}", "method": "GET"},
        ],
    }


def poll_by_path(call: Call) -> Answer:
    """Tell how one request stands, or up to ten, comma-separated."""
    ids = call.names[0].split(",")
    if len(ids) > MOST_IN_PATH:
        raise violated("INVALID_PARAMETER", f"{len(ids)} ids in the path, {MOST_IN_PATH} are allowed")
    told = [envelope(call, one) for one in ids]
    return answer(told if len(told) > 1 else told[0])


def poll_by_body(call: Call) -> Answer:
    """Tell how up to 200 requests stand."""
    ids = bodies.read(call.request, POLL).requestIds
    bodies.check_count(len(ids), "request", "requestIds")
    return answer([envelope(call, one) for one in ids])


def envelope(call: Call, request_id: str) -> dict[str, Any]:
    """Tell how one request stands."""
    emulator = call.emulator
    job = emulator.jobs.find(request_id, emulator.clock() - emulator.behaviour.async_life)
    if job is None or job.account != call.account.name:
        return unknown(request_id)
    return {
        "response": msgspec.Raw(job.response or poll_error(PROCESSING)),
        "requestId": job.id,
        "apiName": api_name(job),
        "timeZone": TIME_ZONE,
        "requestTime": moment(job.accepted),
        "requestProcessedTime": moment(job.processed) if job.processed else "",
        "status": job.status,
    }


def unknown(request_id: str) -> dict[str, Any]:
    """Tell that the answer is gone, or never was."""
    return {
        "response": msgspec.Raw(poll_error(PURGED)),
        "requestId": request_id,
        "apiName": "",
        "timeZone": None,
        "requestTime": submitted(request_id),
        "requestProcessedTime": "",
        "status": "UNKNOWN",
    }


def submitted(request_id: str) -> str:
    """Read the time out of an id, empty when it has none."""
    try:
        seconds = int(b64decode(request_id, validate=True).rpartition(b"::")[2])
    except (binascii.Error, ValueError):
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.0")


def moment(seconds: float) -> str:
    """Write a time as polls do, in the account's time zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def api_name(job: Job) -> str:
    """Name the function in Oracle's manner; clients treat it as opaque."""
    return f"Async{job.function[0].upper()}{job.function[1:]}"


def show(emulator: Emulator, _query: str) -> Any:
    """Show all requests whose answers are kept, in the order they came."""
    return [
        {
            "requestId": job.id,
            "account": job.account,
            "function": job.function,
            "accepted": job.accepted,
            "processed": job.processed,
            "status": job.status,
        }
        for job in emulator.jobs.known.values()
    ]
