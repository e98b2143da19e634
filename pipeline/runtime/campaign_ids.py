"""Ids of campaigns by their names, as the list of an account has them; asked for every ten minutes at most.

Keys
    campaigns:{account}   hash of names to ids, "" for a name that the list does not have; for ten minutes
"""

from collections.abc import Callable, Collection
from typing import Any

import redis

from pipeline.model.connector import Connector
from pipeline.records.kinds import kind_of
from pipeline.stores.broker import decoded

KEPT = 600  # seconds


def campaign_ids(
    client: redis.Redis,
    connector: Connector,
    names: Collection[str],
    asking: Callable[[Connector], Callable[..., Any]],
) -> dict[str, str]:
    """Return the ids of those campaigns that the account has; raises CallError if it cannot be asked.

    ``asking`` gives a way to send calls by a connector, each with a permit.
    """
    key, wanted = f"campaigns:{connector.account}", sorted(names)
    values: Any = client.hmget(key, wanted)
    known = {name: decoded(value) for name, value in zip(wanted, values, strict=True) if value is not None}
    if missing := [name for name in wanted if name not in known]:
        listed = kind_of(connector).campaign_ids
        found = listed(asking(connector), missing) if listed else {}
        learned = {name: found.get(name, "") for name in missing}
        with client.pipeline() as pipeline:
            pipeline.hset(key, mapping=learned)  # type: ignore[arg-type] # redis' own
            pipeline.expire(key, KEPT, nx=True)
            pipeline.execute()
        known |= learned
    return {name: identity for name, identity in known.items() if identity}
