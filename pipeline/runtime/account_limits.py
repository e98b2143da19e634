"""Limits that an account tells of itself."""

import logging
from collections.abc import Callable

import redis

from pipeline.errors import CallError
from pipeline.lanes import limits
from pipeline.model.call import Sender
from pipeline.model.connector import Connector
from pipeline.records.kinds import kind_of, window_of
from pipeline.text.plural import counted

log = logging.getLogger(__name__)


def read_account_limits(
    client: redis.Redis, connector: Connector, clients: Callable[[Connector], Sender], minute: float
) -> str:
    """Ask the account of a connector for its limits, remember them, and say how many they are.

    ``minute``: seconds that a minute of the limits has.
    """
    name, read_limits = connector.name, kind_of(connector).read_limits
    if read_limits is None:
        return f"{name} cannot tell its limits"
    try:
        allowances = read_limits(clients(connector))
    except CallError as error:
        log.info("limits not read", extra={"connector": name, "code": error.code})
        return f"{error.code}: asked again later"
    if allowances is None:
        return f"{name} has told its limits"
    limits.store_allowances(client, connector.account, allowances, window_of(connector, minute))
    return f"{counted(len(allowances), 'limit')} of {name}"
