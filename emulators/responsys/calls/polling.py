"""Polls: how submitted requests stand, and their answers.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

import binascii
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import msgspec

from emulators.responsys.calls.submission import refuse_disabled
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ErrorBody, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.jobs import Jobs, poll_error
from emulators.serving.messages import Answer

MOST_IDS_IN_PATH = 10
TIME_ZONE = "Coordinated Universal Time"
PROCESSING = ErrorBody(
    title="Processing request", errorCode="PROCESSING_REQUEST", detail="Request in progress"
)
PURGED = ErrorBody(title="Response purged", errorCode="RESPONSE_PURGED", detail="Response Message Purged")


class PollBody(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a poll."""

    requestIds: list[str]


DECODER = msgspec.json.Decoder(PollBody)


class Polls:
    """Answers to polls."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def poll_by_path(self, call: Call) -> Answer:
        """Answer with the state of one request, or of up to ten, comma-separated."""
        refuse_disabled(call)
        ids = call.path_names[0].split(",")
        if len(ids) > MOST_IDS_IN_PATH:
            raise violation_error(
                "INVALID_PARAMETER", f"{len(ids)} ids in the path, {MOST_IDS_IN_PATH} are allowed"
            )
        states = [self.request_state(call, request_id) for request_id in ids]
        return json_answer(states if len(states) > 1 else states[0])

    def poll_by_body(self, call: Call) -> Answer:
        """Answer with the states of up to 200 requests."""
        refuse_disabled(call)
        ids = bodies.read_body(call.request, DECODER).requestIds
        bodies.check_count(len(ids), "request", "requestIds")
        return json_answer([self.request_state(call, request_id) for request_id in ids])

    def request_state(self, call: Call, request_id: str) -> dict[str, Any]:
        """Return the state of one request, with its answer once it was processed."""
        job = self.jobs.find_job(request_id, call.clock() - call.behaviour.async_life)
        if job is None or job.account != call.account.name:
            return unknown_state(request_id)
        return {
            "response": msgspec.Raw(job.response or poll_error(PROCESSING)),
            "requestId": job.id,
            "apiName": job.api_name,
            "timeZone": TIME_ZONE,
            "requestTime": time_text(job.accepted),
            "requestProcessedTime": time_text(job.processed) if job.processed else "",
            "status": job.status,
        }


def unknown_state(request_id: str) -> dict[str, Any]:
    """Return the state of a request that was purged, or never accepted."""
    return {
        "response": msgspec.Raw(poll_error(PURGED)),
        "requestId": request_id,
        "apiName": "",
        "timeZone": None,
        "requestTime": time_in_id(request_id),
        "requestProcessedTime": "",
        "status": "UNKNOWN",
    }


def time_in_id(request_id: str) -> str:
    """Return the time in an id, empty when it has none."""
    try:
        seconds = int(b64decode(request_id, validate=True).rpartition(b"::")[2])
    except (binascii.Error, ValueError):
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.0")


def time_text(seconds: float) -> str:
    """Return a time as polls write it, in the account's time zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
