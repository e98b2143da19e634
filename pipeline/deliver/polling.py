"""Ask for the answers of asynchronous calls, many in one call.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.deliver.answers import Answers
from pipeline.deliver.delivery import Delivery
from pipeline.deliver.failures import Failures
from pipeline.deliver.job import Job
from pipeline.errors import CallError, OutcomeUnknown, Throttled
from pipeline.lanes.batch import Poll
from pipeline.lanes.dispatch import Dispatch
from pipeline.lanes.lanes import Lanes
from pipeline.model.call import Call
from pipeline.model.connector import Connector
from pipeline.records.current import CurrentCatalog
from pipeline.responsys.client import Client
from pipeline.responsys.errors import code_of, error_of
from pipeline.responsys.names import path
from pipeline.responsys.requests import POLL_REQUESTS
from pipeline.settle.settlement import DeliveryResult

log = logging.getLogger(__name__)

MOST_DELAY = 30.0  # seconds between two questions after one request
AFTER_FAILURE = 5.0  # seconds until questions that were not answered are asked again
PENDING = frozenset({"PROCESSING_REQUEST"})
GONE = frozenset({"RESPONSE_PURGED"})


class Polling:
    """Asks after what was submitted, and goes on with the batches whose answers are there."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        catalog: CurrentCatalog,
        dispatch: Dispatch,
        responsys: Callable[[Connector], Client],
        delivery: Delivery,
        answers: Answers,
        failures: Failures,
    ) -> None:
        self._lanes = lanes
        self._catalog = catalog
        self._dispatch = dispatch
        self._responsys = responsys
        self._delivery = delivery
        self._answers = answers
        self._failures = failures

    def poll(self, name: str) -> str:
        """Ask after the requests of a connector that are due; say how many were answered."""
        connector = self._catalog.newest().connectors.get(name)
        polls = self._lanes.claim_polls(self._dispatch.gate(name, POLL_REQUESTS)) if connector else []
        if connector is None or not polls:
            return "nothing to ask after, or no permit"
        try:
            envelopes = self._ask(connector, polls)
        except CallError as error:
            return self._unanswered(connector, polls, error)
        answered = sum(self._take(poll, envelopes.get(poll.request)) for poll in polls)
        return f"{len(polls)} asked after, {answered} answered"

    def _ask(self, connector: Connector, polls: Sequence[Poll]) -> dict[str, dict[str, Any]]:
        client = self._responsys(connector)
        client.ready()
        requests = [poll.request for poll in polls]
        call = Call(function=POLL_REQUESTS, path=path("requests", api="async"), body={"requestIds": requests})
        answer = client.send(call)
        envelopes = answer if isinstance(answer, list) else [answer]
        return {
            envelope["requestId"]: envelope
            for envelope in envelopes
            if isinstance(envelope, dict) and isinstance(envelope.get("requestId"), str)
        }

    def _unanswered(self, connector: Connector, polls: Sequence[Poll], error: CallError) -> str:
        """Ask again: a question changes nothing there."""
        if isinstance(error, Throttled):
            self._failures.pause(connector.account, POLL_REQUESTS, "", error)
        for poll in polls:
            self._lanes.ask_later(poll, AFTER_FAILURE)
        log.info("poll failed", extra={"connector": connector.name, "code": error.code})
        return f"{error.code}: {len(polls)} asked after again later"

    def _take(self, poll: Poll, envelope: dict[str, Any] | None) -> bool:
        """Go on with one batch; False when its answer is not there yet."""
        response = envelope.get("response") if envelope else None
        code = code_of(response)
        if envelope is None or code in PENDING or (code is None and envelope.get("status") == "IN_PROGRESS"):
            self._lanes.ask_later(poll, min(MOST_DELAY, 2.0**poll.asked))
            return False
        job = self._delivery.open(poll.batch, poll.attempt, ("submitted",))
        if isinstance(job, Job):
            report = self._go_on(job, envelope, response, code)
            log.info("request answered", extra={"batch": job.batch.id, "outcome": report.text})
        return True

    def _go_on(self, job: Job, envelope: dict[str, Any], response: Any, code: str | None) -> DeliveryResult:
        job = job.called
        step = job.step
        if step is None:
            return self._answers.close(job)
        if step.function != job.batch.function:  # its steps were changed meanwhile: do them as they are now
            return self._answers.turn(job, refund=False)
        if code in GONE or (code is None and envelope.get("status") == "UNKNOWN"):
            gone = OutcomeUnknown("OutcomeUnknown", "the answer was no longer kept when it was asked for")
            return self._failures.handle(job, gone, sent=True)
        if code is not None:
            return self._answers.failed(job, step, error_of(200, response))
        return self._answers.answered(job, step, response)
