"""Clients: one HTTP client for each connector, by its kind."""

import threading
from functools import partial

import redis

from pipeline.lanes import limits
from pipeline.model.connector import Connector
from pipeline.responsys.client import Client
from pipeline.responsys.login import LOGIN_BURST, Tokens
from pipeline.responsys.session import open_session
from pipeline.settings import Settings
from pipeline.stores.vault import Vault


class Clients:
    """One HTTP client for each connector and API, made anew when the connector's record has changed."""

    def __init__(self, settings: Settings, client: redis.Redis, vault: Vault) -> None:
        self._settings = settings
        self._session = open_session()
        self.tokens = Tokens(
            client,
            vault,
            take=partial(limits.take, burst=LOGIN_BURST),
            session=self._session,
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
        )
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], tuple[Connector, Client]] = {}

    def __call__(self, connector: Connector) -> Client:
        """Return the client of a connector."""
        key = (connector.name, connector.api)
        with self._lock:
            known = self._clients.get(key)
            if known is None or known[0] != connector:
                known = (connector, self._open(connector))
                self._clients[key] = known
            return known[1]

    def _open(self, connector: Connector) -> Client:
        return Client(
            connector,
            self.tokens,
            session=self._session,
            connect_timeout=self._settings.connect_timeout,
            read_timeout=self._settings.read_timeout,
            call_timeout=self._settings.call_timeout,
        )
