"""Asynchronous requests from acceptance to the purge of their answers.

Nothing runs in the background: before every call, and every look at the control API, what is due is done.
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
from emulators.responsys.messages.http import Answer, encode
from emulators.responsys.state.call import Call
from emulators.responsys.state.faults import Faults, strike

Handle = Callable[[Call], Answer]


@dataclass
class Job:
    """One accepted request; ``call`` is what it does, None once it is done."""

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
        self.known: dict[str, Job] = {}
        self.order = count()
        self.waiting: list[tuple[float, int, Job]] = []  # by when they are due

    def clear(self) -> None:
        """Forget all requests."""
        self.known.clear()
        self.waiting.clear()

    def submit(self, call: Call, handle: Handle, delay: float) -> Job:
        """Accept a request that is due in ``delay`` seconds."""
        now = call.clock()
        job = Job(self.new_id(now), call.account.name, call.function, now, handle, call)
        self.known[job.id] = job
        heapq.heappush(self.waiting, (now + delay, next(self.order), job))
        return job

    def new_id(self, now: float) -> str:
        """Return an id as Responsys makes them: base64 of six characters and the time."""
        while True:
            text = b64encode(f"{secrets.token_hex(3)}::{int(now)}".encode()).decode()
            if text not in self.known:
                return text

    def catch_up(self, now: float) -> None:
        """Do what is due."""
        while self.waiting and self.waiting[0][0] <= now:
            self.process(heapq.heappop(self.waiting)[2], now)

    def finish(self, now: float) -> None:
        """Do everything that waits, as if it were due."""
        while self.waiting:
            self.process(heapq.heappop(self.waiting)[2], now)

    def find(self, request_id: str, purged_until: float) -> Job | None:
        """Return a request, None when it is unknown or was processed too long ago."""
        job = self.known.get(request_id)
        if job and job.processed and job.processed <= purged_until:
            del self.known[request_id]
            return None
        return job

    def purge(self) -> int:
        """Forget all answers; return how many."""
        done = [job.id for job in self.known.values() if job.processed]
        for one in done:
            del self.known[one]
        return len(done)

    def process(self, job: Job, now: float) -> None:
        """Do what was asked, and keep the answer as the synchronous function gives it."""
        call = job.call
        if call is None:
            return
        try:
            job.status, job.response, outcome = "SUCCESS", self.answer_to(job, call).body, "answered"
        except ApiError as error:
            job.status, job.response, outcome = "FAILURE", poll_error(error.body), error.code
            if error.violation:
                call.violation(error.violation)
        call.ledger.count(job.account, job.function, f"asynchronous: {outcome}")
        job.processed, job.call = now, None

    def answer_to(self, job: Job, call: Call) -> Answer:
        """Call the function; faults that name it strike here."""
        fault = self.faults.in_processing(job.function, job.account, call.request.body)
        if fault is None:
            return job.handle(call)
        return strike(fault, job.handle(call) if fault.when == "after" else None)


def poll_error(body: ErrorBody) -> bytes:
    """Write an error as polls do, where ``errorDetails`` is a string."""
    told: dict[str, Any] = msgspec.to_builtins(body)
    return encode(told | {"errorDetails": "[]"})
