"""Notes on an org, as its answers tell: the calls of the day, and versions that are to end.

All workers and all connectors of the org share them, so a limit counts from the next call on.

Source: REST API Developer Guide, ``headers_api_usage.htm``: ``Sforce-Limit-Info: api-usage=18/5000``; topic
"Warning Header": ``Warning: 299 - "…"``.

Keys
    allowances:{account}   see stores/allowances.py
    ending:{account}       hash of version to the seconds since the epoch at which its end was last announced
"""

import re
import time
from collections.abc import Mapping
from contextlib import suppress

import redis

from pipeline.model.connector import Connector
from pipeline.model.day_use import DayUse
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.stores import allowances

USAGE = re.compile(r"(?:^|[;\s])api-usage=(\d{1,12})/(\d{1,12})")
DEPRECATED = "299"
ASK_AGAIN_MINUTES = 5
ANNOUNCE_AGAIN_SECONDS = 3600.0
KEPT_SECONDS = 7 * 24 * 3600


class OrgNotes:
    """Notes of the answers that one process gets."""

    def __init__(self, client: redis.Redis, minute: float) -> None:
        """``minute``: seconds that a minute has."""
        self._client = client
        self._ask_again = ASK_AGAIN_MINUTES * minute
        self._announced: dict[tuple[str, str], float] = {}  # 0.0: an answer said nothing of an end

    def note(self, connector: SalesforceConnector, headers: Mapping[str, str]) -> None:
        """Note the headers of an answer; without Redis nothing is noted, for the call was made."""
        with suppress(redis.RedisError):
            if use := read_use(headers):
                told = {FUNCTION: use.dumps()}
                allowances.note(self._client, connector.account, told, self._ask_again)
            self._note_end(connector, is_deprecated(headers))

    def _note_end(self, connector: SalesforceConnector, is_ending: bool) -> None:
        known = self._announced.get((connector.account, connector.version))
        now = time.time()
        if (
            known is not None
            and bool(known) == is_ending
            and now < known + ANNOUNCE_AGAIN_SECONDS * is_ending
        ):
            return
        key = f"ending:{connector.account}"
        if is_ending:
            self._client.hset(key, connector.version, str(round(now)))
            self._client.expire(key, KEPT_SECONDS)
        else:
            self._client.hdel(key, connector.version)
        self._announced[connector.account, connector.version] = now if is_ending else 0.0


def read_use(headers: Mapping[str, str]) -> DayUse | None:
    """Return the use that an answer tells, None if it tells none."""
    match = USAGE.search(headers.get("Sforce-Limit-Info", ""))
    return None if match is None else DayUse(int(match[1]), int(match[2]))


def is_deprecated(headers: Mapping[str, str]) -> bool:
    """Tell whether an answer announces the end of the version in use."""
    return headers.get("Warning", "").startswith(DEPRECATED)


def version_ends(client: redis.Redis, connector: Connector) -> bool:
    """Tell whether the org has announced the end of a connector's version."""
    version = getattr(connector, "version", "")
    return bool(version and client.hexists(f"ending:{connector.account}", version))
