"""Halts: a refusal pauses a function or account for a while, or holds a connector or destination."""

import logging
from typing import Literal

import redis

from pipeline.lanes import limits
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.records import mirror
from pipeline.records.kinds import window_of
from pipeline.records.records import Records

log = logging.getLogger(__name__)


class Halts:
    """Notes functions, accounts and records that must not be called for now, in Redis and in the records."""

    def __init__(self, client: redis.Redis, records: Records, window: float = limits.WINDOW) -> None:
        self._client = client
        self._records = records
        self._window = window  # seconds

    def pause(
        self,
        scope: str,
        connector: Connector,
        account: str,
        function: str,
        batch: str = "",
        seconds: float = 0,
    ) -> None:
        """Stop the function or the account that ran into its limit; ``seconds``: as the refusal asks for."""
        window = window_of(connector, self._window)
        if scope == "function":
            limits.throttled(self._client, account, function, window)
        elif scope == "account" and seconds:
            limits.pause(self._client, account, function, seconds)
        elif scope == "account":
            limits.exhausted(self._client, account, batch, window)

    def hold(self, scope: Literal["connector", "destination"], name: str, code: str, detail: str) -> None:
        """Stop a connector or destination until a person resumes it."""
        self._records.hold(scope, name, "held", code, detail)
        mirror.refresh(self._client, self._records)
        log.warning("held", extra={"scope": scope, "record": name, "code": code})

    def is_in_force(self, connector: Connector, destination: Destination | None = None) -> bool:
        """Tell whether these records are as they were when a call was made by them.

        A late refusal of a former record must not stop the record that a person has put right.
        """
        catalog = self._records.load()
        stored = catalog.connectors.get(connector.name)
        if destination is None:
            return stored == connector
        is_same = stored is not None and stored.through(destination) == connector
        return is_same and catalog.destinations.get(destination.name) == destination
