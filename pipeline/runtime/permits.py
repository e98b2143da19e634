"""Permits for calls that are no delivery: polls draw from the allowance that deliveries draw from."""

import time
from collections.abc import Callable
from typing import Any

import redis

from pipeline.errors import Held, RetryLater, Throttled
from pipeline.lanes import limits
from pipeline.lanes.draw import draw
from pipeline.lanes.quota import quota_of
from pipeline.model.call import Call, Sender
from pipeline.model.connector import Connector

PATIENCE = 15.0  # seconds that a run waits for a permit
PAUSES = (0.5, 3.0)  # seconds before a call that came to nothing is made again
USED_UP = "our share of the calls is used up for now: it is read on when there are some again"


def permitted(
    client: redis.Redis,
    connector: Connector,
    sender: Sender,
    minute: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Callable[[Call], Any]:
    """Return a way to send calls, each with a permit; it raises Throttled if there is none for a while.

    A call that came to nothing is made again twice, so that one answer that was cut does not end a run.
    ``minute``: seconds that a minute of the limits has. An account that says that its calls are used up is
    left alone by deliveries, too. Held of a whole connector names it.
    """

    def send(call: Call) -> Any:
        while wait := draw(client, quota_of(connector, call.function, minute)):
            if wait > PATIENCE:
                raise Throttled("function", "CALLS_USED_UP", USED_UP, delay=wait)
            sleep(wait)
        try:
            return sender.send(call)
        except Throttled as error:
            if error.scope == "account" and error.delay:
                limits.pause(client, connector.account, call.function, error.delay)
            raise
        except Held as error:
            if error.scope == "connector":
                error.connector = connector.name
            raise

    return repeated(send, sleep)


def repeated(send: Callable[[Call], Any], sleep: Callable[[float], None]) -> Callable[[Call], Any]:
    """Return a way to send calls that makes one that came to nothing again, unless it shall wait for long."""

    def send_again(call: Call) -> Any:
        for pause in PAUSES:
            try:
                return send(call)
            except RetryLater as error:
                if isinstance(error, Throttled) or (error.delay or 0.0) > PATIENCE:
                    raise
                sleep(max(pause, error.delay or 0.0))
        return send(call)

    return send_again
