"""Open the clients of Responsys connectors: they share a session and the login tokens of their accounts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from pipeline.model.call import Timeouts
    from pipeline.responsys.client import Client
    from pipeline.responsys.connector import ResponsysConnector
    from pipeline.stores.vault import Vault


def open_clients(
    redis_client: redis.Redis,
    vault: Vault,
    *,
    take: Callable[..., float],
    minute: float,  # noqa: ARG001 -- of kinds that tell their limits with each answer
    timeouts: Timeouts,
) -> Callable[[ResponsysConnector], Client]:
    """Return the maker of clients; ``take`` takes a permit.

    HTTP is imported here: a command that only reads the records starts 0.1 s sooner without it.
    """
    from pipeline.responsys.client import Client
    from pipeline.responsys.login import LOGIN_BURST, shared_tokens
    from pipeline.wire.session import open_session

    session = open_session()
    tokens = shared_tokens(
        redis_client,
        vault,
        take=partial(take, burst=LOGIN_BURST),
        session=session,
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
    )
    return partial(
        Client,
        tokens=tokens,
        session=session,
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
        call_timeout=timeouts.call,
    )
