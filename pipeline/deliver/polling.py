"""Ask for the answers of calls that were taken on to be answered later, many in one call."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.deliver.delivery import Delivery
from pipeline.deliver.events import Answered, Failed
from pipeline.deliver.halts import Halts
from pipeline.errors import CallError, Held, Throttled
from pipeline.lanes.batch import Poll
from pipeline.lanes.dispatch import Dispatch
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.polls import POLL_LEASE
from pipeline.model.call import Sender
from pipeline.model.connector import Connector
from pipeline.records.current import CurrentCatalog
from pipeline.records.kinds import kind_of

log = logging.getLogger(__name__)

MOST_DELAY = 30.0  # seconds between two questions after one request
AFTER_FAILURE = 5.0  # seconds until questions that were not answered are asked again


class Polling:
    """Asks after requests that were submitted, and goes on with a batch when its answer is there."""

    def __init__(
        self,
        lanes: Lanes,
        catalog: CurrentCatalog,
        dispatch: Dispatch,
        clients: Callable[[Connector], Sender],
        delivery: Delivery,
        halts: Halts,
    ) -> None:
        self._lanes = lanes
        self._catalog = catalog
        self._dispatch = dispatch
        self._clients = clients
        self._delivery = delivery
        self._halts = halts
        self._asking: set[Poll] = set()  # claimed here, and not gone on with
        self._lock = threading.Lock()  # of _asking

    def poll(self, name: str) -> str:
        """Ask after the requests of a connector that are due; say how many were answered."""
        connector = self._catalog.newest().connectors.get(name)
        function = kind_of(connector).poll_function if connector else None
        polls = self._lanes.polls.claim(self._dispatch.quota_of(name, function)) if function else []
        if connector is None or function is None or not polls:
            return "nothing to ask after, or no permit"
        self._asking.update(polls)
        try:
            return self._go_on(connector, function, polls)
        finally:
            self._asking.difference_update(polls)

    def renew_leases(self) -> None:
        """Let no other worker take the questions of this process for lost."""
        for poll in list(self._asking):
            with self._lock:
                if poll in self._asking:
                    self._lanes.polls.ask_later(poll, POLL_LEASE)

    def _go_on(self, connector: Connector, function: str, polls: Sequence[Poll]) -> str:
        try:
            answers = self._ask(connector, polls)
        except CallError as error:
            return self._ask_again(connector, function, polls, error)
        answered = sum(self._resume(poll, answers) for poll in polls)
        return f"{len(polls)} asked after, {answered} answered"

    def _ask(self, connector: Connector, polls: Sequence[Poll]) -> Mapping[str, Any]:
        client = self._clients(connector)
        client.ready()
        return client.poll([poll.request for poll in polls])

    def _ask_again(self, connector: Connector, function: str, polls: Sequence[Poll], error: CallError) -> str:
        """Let all requests be asked after again: a question changes nothing in the account."""
        if isinstance(error, Throttled):
            self._halts.pause(error.scope, connector, connector.account, function)
        for poll in polls:
            self._ask_later(poll, AFTER_FAILURE)
        # A question names no destination, so its connector must be looked at.
        if isinstance(error, Held) and self._halts.is_in_force(connector):
            self._halts.hold("connector", connector.name, error.code, error.detail)
            return f"{error.code}: connector held, {len(polls)} asked after again when it is resumed"
        log.info("poll failed", extra={"connector": connector.name, "code": error.code})
        return f"{error.code}: {len(polls)} asked after again later"

    def _resume(self, poll: Poll, answers: Mapping[str, Any]) -> bool:
        """Go on with one batch; False if its answer is not there yet."""
        if poll.request not in answers:
            self._ask_later(poll, min(MOST_DELAY, 2.0**poll.asked))
            return False
        answer = answers[poll.request]
        outcome = Failed(answer) if isinstance(answer, CallError) else Answered(answer)
        result = self._delivery.resume(poll.batch, poll.attempt, outcome)
        log.info("request answered", extra={"batch": poll.batch, "outcome": result.text})
        return True

    def _ask_later(self, poll: Poll, delay: float) -> None:
        with self._lock:
            self._asking.discard(poll)
        self._lanes.polls.ask_later(poll, delay)
