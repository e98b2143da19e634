"""Open the HTTP session that all threads and connectors of a process share."""

from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests

from pipeline.responsys.connections import Adapter, Pool, host_of
from pipeline.responsys.transport import JSON, Body, Token

MAX_ADDRESSES = 1000  # whose heads are remembered


class Session(requests.Session):
    """A session that leaves it to requests to open connections, and goes past it where one is open.

    What requests and urllib3 do for each call takes longer than the call itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pools: dict[str, Any] = {}
        self._prepared = lru_cache(MAX_ADDRESSES)(self._prepare)
        self.mount("https://", Adapter(self._pools))
        self.mount("http://", Adapter(self._pools))

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        """Send a request, straight over an open connection if there is one."""
        body, auth = options.get("data"), options.get("auth")
        if isinstance(body, Body | None) and isinstance(auth, Token) and auth.token:
            host, head = self._prepared(method, url, isinstance(body, Body))
            pool = self._pools.get(host)
            if isinstance(pool, Pool):
                answer = pool.exchange(completed(head, body, auth.token), body, options["timeout"])
                if answer is not None:
                    return answer
        return super().request(method, url, *args, **options)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow no redirect."""

    def _prepare(self, method: str, url: str, json: bool) -> tuple[str, str]:
        """Return the host of an address, and the head of the requests there without what differs."""
        request = self.prepare_request(
            requests.Request(method, url, JSON if json else None, auth=Token(None))
        )
        host = host_of(request.url)
        fields = {"Host": urlsplit(host).netloc.rpartition("@")[2], **request.headers}
        if json:
            fields.pop("Content-Length", None)
        lines = [f"{method} {request.path_url} HTTP/1.1", *(f"{name}: {fields[name]}" for name in fields)]
        return host, "\r\n".join(lines)


def completed(head: str, body: Body | None, token: str) -> bytes:
    """Add to a head what differs from request to request."""
    length = "" if body is None else f"\r\nContent-Length: {len(body)}"
    return f"{head}{length}\r\nAuthorization: {token}\r\n\r\n".encode()


def open_session() -> requests.Session:
    """Open a session that verifies TLS, honours the usual proxy variables and keeps no cookies."""
    session = Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # accounts must not share any
    session.headers.update({"Accept": "application/json", "User-Agent": "activation"})
    return session
