"""Asynchronous requests from acceptance to the purge of their answers.

Nothing runs in the background: due requests are processed before every call and every control request.
"""

import heapq
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec

from emulators.responsys.messages.errors import ApiError, ErrorBody
from emulators.responsys.messages.http import encode
from emulators.responsys.state.call import Call
from emulators.responsys.state.faulty_answer import faulty_answer
from emulators.serving.faults import Faults
from emulators.serving.messages import Answer

Handle = Callable[[Call], Answer]


@dataclass
class Job:
    """One accepted request; ``call`` is None once it was processed."""

    id: str
    account: str
    function: str  # the synchronous one
    accepted: float  # seconds since the epoch
    handle: Handle
    call: Call | None
    processed: float | None = None
    status: str = "IN_PROGRESS"
    response: bytes = b""

    @property
    def api_name(self) -> str:
        """The function in Oracle's manner; clients treat it as opaque."""
        return f"Async{self.function[0].upper()}{self.function[1:]}"


class Jobs:
    """All requests of all accounts."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.by_id: dict[str, Job] = {}
        self.sequence = count()
        self.waiting: list[tuple[float, int, Job]] = []  # by the time they are due, and their order

    def clear(self) -> None:
        """Forget all requests."""
        self.by_id.clear()
        self.waiting.clear()

    def submit(self, call: Call, handle: Handle, delay: float) -> Job:
        """Accept a request that is due in ``delay`` seconds."""
        now = call.clock()
        job = Job(self.new_id(now), call.account.name, call.function, now, handle, call)
        self.by_id[job.id] = job
        heapq.heappush(self.waiting, (now + delay, next(self.sequence), job))
        return job

    def new_id(self, now: float) -> str:
        """Return an id as Responsys makes them: base64 of six characters and the time."""
        while True:
            text = b64encode(f"{secrets.token_hex(3)}::{int(now)}".encode()).decode()
            if text not in self.by_id:
                return text

    def process_due(self, now: float) -> None:
        """Process all requests that are due."""
        while self.waiting and self.waiting[0][0] <= now:
            self.process(heapq.heappop(self.waiting)[2], now)

    def process_all(self, now: float) -> None:
        """Process all waiting requests, as if they were due."""
        while self.waiting:
            self.process(heapq.heappop(self.waiting)[2], now)

    def find_job(self, request_id: str, purged_until: float) -> Job | None:
        """Return a request, None when it is unknown or was processed too long ago."""
        job = self.by_id.get(request_id)
        if job and job.processed and job.processed <= purged_until:
            del self.by_id[request_id]
            return None
        return job

    def purge(self) -> int:
        """Forget all answers; return how many."""
        processed_ids = [job.id for job in self.by_id.values() if job.processed]
        for request_id in processed_ids:
            del self.by_id[request_id]
        return len(processed_ids)

    def process(self, job: Job, now: float) -> None:
        """Call the function, and keep its answer as the synchronous form gives it."""
        call = job.call
        if call is None:
            return
        try:
            job.status, job.response, outcome = "SUCCESS", self.call_function(job, call).body, "answered"
        except ApiError as error:
            job.status, job.response, outcome = "FAILURE", poll_error(error.body), error.code
            if error.violation:
                call.add_violation(error.violation)
        call.ledger.count_call(job.account, job.function, f"asynchronous: {outcome}")
        job.processed, job.call = now, None

    def call_function(self, job: Job, call: Call) -> Answer:
        """Return the answer of the function, spoilt by a fault that names the function."""
        fault = self.faults.rule_in_processing(job.function, job.account, call.request.body)
        if fault is None:
            return job.handle(call)
        return faulty_answer(fault, job.handle(call) if fault.when == "after" else None)


def poll_error(body: ErrorBody) -> bytes:
    """Write an error as polls do, where ``errorDetails`` is a string."""
    content: dict[str, Any] = msgspec.to_builtins(body)
    return encode(content | {"errorDetails": "[]"})
