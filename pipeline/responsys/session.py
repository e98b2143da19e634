"""The HTTP session that all threads and connectors of a process share."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests

from pipeline.responsys.connections import MAX_HOSTS, Adapter


class Session(requests.Session):
    """A session that looks up each host's proxy and certificates in the environment once."""

    def __init__(self) -> None:
        super().__init__()
        self._settings = lru_cache(MAX_HOSTS)(self._read_settings)
        self.mount("https://", Adapter())
        self.mount("http://", Adapter())

    def merge_environment_settings(self, url: Any, *_: Any, **__: Any) -> Any:
        """Return the options that a request to ``url`` is sent with."""
        parts = urlsplit(url)
        return self._settings(f"{parts.scheme}://{parts.netloc}/")

    def _read_settings(self, host: str) -> Any:
        return super().merge_environment_settings(host, {}, stream=True, verify=None, cert=None)


def open_session() -> requests.Session:
    """Open a session that verifies TLS and honours the usual proxy variables."""
    return Session()
