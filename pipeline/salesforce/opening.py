"""Open the clients of Salesforce connectors: they share a session and the tokens of their logins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from pipeline.model.call import Timeouts
    from pipeline.salesforce.client import SalesforceClient
    from pipeline.salesforce.connector import SalesforceConnector
    from pipeline.stores.vault import Vault

MINUTE = 60.0  # seconds by which our logins are counted, whatever the window of the org's calls


def open_clients(
    redis_client: redis.Redis,
    vault: Vault,
    *,
    take: Callable[..., float],
    minute: float,
    timeouts: Timeouts,
) -> Callable[[SalesforceConnector], SalesforceClient]:
    """Return the maker of clients; ``take`` takes a permit. HTTP is imported here.

    ``minute``: seconds that a minute of the limits has.
    """
    from pipeline.salesforce.client import SalesforceClient
    from pipeline.salesforce.login import LOGIN_BURST, shared_tokens
    from pipeline.salesforce.org_notes import OrgNotes
    from pipeline.wire.session import open_session

    session = open_session()
    tokens = shared_tokens(
        redis_client,
        vault,
        take=partial(take, burst=LOGIN_BURST, window=MINUTE),
        session=session,
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
    )
    return partial(
        SalesforceClient,
        tokens=tokens,
        session=session,
        notes=OrgNotes(redis_client, minute),
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
        call_timeout=timeouts.call,
    )
