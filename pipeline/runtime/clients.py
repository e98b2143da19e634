"""Clients: one for each connector, opened by its kind."""

import threading
from collections.abc import Callable
from functools import partial

import redis

from pipeline.lanes import limits
from pipeline.model.call import Closable, Sender, Timeouts
from pipeline.model.connector import Connector
from pipeline.records.kinds import kind_of, window_of
from pipeline.settings import Settings
from pipeline.stores.vault import Vault


class Clients:
    """One client for each connector and API, made anew when the connector's record has changed."""

    def __init__(self, settings: Settings, client: redis.Redis, vault: Vault) -> None:
        self._timeouts = timeouts_of(settings)
        self._limit_window = settings.limit_window  # seconds
        self._redis = client
        self._vault = vault
        self._lock = threading.Lock()
        self._makers: dict[str, Callable[[Connector], Sender]] = {}  # by kind
        self._clients: dict[tuple[str, str], tuple[Connector, Sender]] = {}

    def __call__(self, connector: Connector) -> Sender:
        """Return the client of a connector."""
        key = (connector.name, connector.api)
        with self._lock:
            made = self._clients.get(key)
            if made is None or made[0] != connector:
                made = (connector, self._maker(connector)(connector))
                self._clients[key] = made
            return made[1]

    def close(self) -> None:
        """Close the connections of all clients; one that is used again opens new ones."""
        with self._lock:
            for _, client in self._clients.values():
                if isinstance(client, Closable):
                    client.close()

    def _maker(self, connector: Connector) -> Callable[[Connector], Sender]:
        if connector.kind not in self._makers:
            take = partial(limits.take, window=window_of(connector, self._limit_window))
            self._makers[connector.kind] = kind_of(connector).open_clients(
                self._redis, self._vault, take=take, minute=self._limit_window, timeouts=self._timeouts
            )
        return self._makers[connector.kind]


def timeouts_of(settings: Settings) -> Timeouts:
    """Return the seconds that all clients wait, as the environment sets them."""
    return Timeouts(settings.connect_timeout, settings.read_timeout, settings.call_timeout)
