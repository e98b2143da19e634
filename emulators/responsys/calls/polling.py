"""Polls: how submitted requests stand, and their answers.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

import binascii
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import msgspec

from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ErrorBody, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.jobs import Jobs, poll_error

MOST_IN_PATH = 10
TIME_ZONE = "Coordinated Universal Time"
PROCESSING = ErrorBody(
    title="Processing request", errorCode="PROCESSING_REQUEST", detail="Request in progress"
)
PURGED = ErrorBody(title="Response purged", errorCode="RESPONSE_PURGED", detail="Response Message Purged")


class PollBody(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a poll."""

    requestIds: list[str]


POLL = msgspec.json.Decoder(PollBody)


class Polls:
    """Answers to polls."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def poll_by_path(self, call: Call) -> Answer:
        """Tell how one request stands, or up to ten, comma-separated."""
        ids = call.path_names[0].split(",")
        if len(ids) > MOST_IN_PATH:
            raise violation_error(
                "INVALID_PARAMETER", f"{len(ids)} ids in the path, {MOST_IN_PATH} are allowed"
            )
        told = [self.envelope(call, one) for one in ids]
        return json_answer(told if len(told) > 1 else told[0])

    def poll_by_body(self, call: Call) -> Answer:
        """Tell how up to 200 requests stand."""
        ids = bodies.read_body(call.request, POLL).requestIds
        bodies.check_count(len(ids), "request", "requestIds")
        return json_answer([self.envelope(call, one) for one in ids])

    def envelope(self, call: Call, request_id: str) -> dict[str, Any]:
        """Tell how one request stands."""
        job = self.jobs.find(request_id, call.clock() - call.behaviour.async_life)
        if job is None or job.account != call.account.name:
            return unknown(request_id)
        return {
            "response": msgspec.Raw(job.response or poll_error(PROCESSING)),
            "requestId": job.id,
            "apiName": job.api_name,
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
