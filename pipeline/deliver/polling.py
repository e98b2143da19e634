"""Ask for the answers of asynchronous calls, many in one call.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/rest-async.htm
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.deliver.delivery import Delivery
from pipeline.deliver.effects import Effects
from pipeline.deliver.events import Answered, Failed
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

log = logging.getLogger(__name__)

MOST_DELAY = 30.0  # seconds between two questions after one request
AFTER_FAILURE = 5.0  # seconds until questions that were not answered are asked again
PENDING = frozenset({"PROCESSING_REQUEST"})
GONE = frozenset({"RESPONSE_PURGED"})


class Polling:
    """Asks after what was submitted, and goes on with the batches whose answers are there."""

    def __init__(
        self,
        lanes: Lanes,
        catalog: CurrentCatalog,
        dispatch: Dispatch,
        clients: Callable[[Connector], Client],
        delivery: Delivery,
        effects: Effects,
    ) -> None:
        self._lanes = lanes
        self._catalog = catalog
        self._dispatch = dispatch
        self._clients = clients
        self._delivery = delivery
        self._effects = effects

    def poll(self, name: str) -> str:
        """Ask after the requests of a connector that are due; say how many were answered."""
        connector = self._catalog.newest().connectors.get(name)
        polls = self._lanes.claim_polls(self._dispatch.quota_of(name, POLL_REQUESTS)) if connector else []
        if connector is None or not polls:
            return "nothing to ask after, or no permit"
        try:
            envelopes = self._ask(connector, polls)
        except CallError as error:
            return self._unanswered(connector, polls, error)
        answered = sum(self._take(poll, envelopes.get(poll.request)) for poll in polls)
        return f"{len(polls)} asked after, {answered} answered"

    def _ask(self, connector: Connector, polls: Sequence[Poll]) -> dict[str, dict[str, Any]]:
        client = self._clients(connector)
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
            self._effects.pause(error.scope, connector.account, POLL_REQUESTS)
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
        result = self._delivery.resume(poll.batch, poll.attempt, outcome_of(envelope, response, code))
        log.info("request answered", extra={"batch": poll.batch, "outcome": result.text})
        return True


def outcome_of(envelope: dict[str, Any], response: Any, code: str | None) -> Answered | Failed:
    """Return the end of a call as its envelope tells it."""
    if code in GONE or (code is None and envelope.get("status") == "UNKNOWN"):
        why = "the answer was no longer kept when it was asked for"
        return Failed(OutcomeUnknown("OutcomeUnknown", why))
    return Answered(response) if code is None else Failed(error_of(200, response))
