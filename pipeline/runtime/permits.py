"""Permits for calls that are no delivery: polls draw from the allowance that deliveries draw from."""

import time
from collections.abc import Callable
from typing import Any

import redis

from pipeline.errors import Throttled
from pipeline.lanes import limits
from pipeline.lanes.pace import allowance_of
from pipeline.model.call import Call, Sender
from pipeline.model.connector import Connector

PATIENCE = 15.0  # seconds that a run waits for a permit
USED_UP = "our share of the calls is used up for now"


def permitted(
    client: redis.Redis,
    connector: Connector,
    sender: Sender,
    window: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Callable[[Call], Any]:
    """Return a way to send calls, each with a permit; it raises Throttled if there is none for a while.

    ``window``: seconds by which the account counts.
    """

    def send(call: Call) -> Any:
        told: Any = client.hget(f"allowances:{connector.account}", call.function)
        allowance, _ = allowance_of(connector, call.function, told, heeded=False)
        most = max(1, int(allowance * connector.utilisation))
        while wait := limits.take(client, connector.account, call.function, most, window=window):
            if wait > PATIENCE:
                raise Throttled("function", "CALLS_USED_UP", USED_UP, delay=wait)
            sleep(wait)
        return sender.send(call)

    return send
