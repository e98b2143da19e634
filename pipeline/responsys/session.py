"""Open the HTTP session that all threads and connectors of a process share."""

import http.client
import re
import time
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from pipeline.responsys.transport import Body, Token

# A server that closes an idle connection just when a request goes out on it leaves the outcome unknown.
# Common servers close after five seconds or more, so we do not use a connection again that late.
MAX_IDLE = 4.0  # seconds
MAX_CONNECTIONS = 32  # kept per host

# What begins an answer that went well, all of it; a line may not be folded.
HEAD = re.compile(rb"HTTP/1\.1 200((?: [^\r\n]*)?)\r\n((?:[\w-]+:[^\r\n]*\r\n)+)\r\n")


class Answer(http.client.HTTPResponse):
    """Reads the usual head by itself: http.client has it read as an e-mail, which takes ten times as long."""

    def begin(self) -> None:
        """Read the status and the headers."""
        head = HEAD.match(self.fp.peek())
        if head is None:
            super().begin()
            return
        self.fp.read(head.end())
        self.code = self.status = 200
        self.version, self.reason = 11, head[1].decode("latin-1").strip()
        self.headers = self.msg = http.client.HTTPMessage()
        for line in head[2].decode("latin-1").splitlines():
            name, _, value = line.partition(":")
            self.headers.set_raw(name, value.strip())
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        length = self.headers.get("content-length", "")
        self.length = int(length) if length.isdecimal() and not self.chunked else None
        unlimited = self.length is None and not self.chunked
        self.will_close = unlimited or "close" in self.headers.get("connection", "").lower()


class Connection(HTTPConnection):
    """A connection that counts as lost once it was idle for ``MAX_IDLE``."""

    response_class = Answer
    answered = 0.0

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3's own, as it does
        """Read an answer to its end, without all that urllib3 can do with one, and note when that was."""
        self.sock.settimeout(self.timeout)
        answer = http.client.HTTPConnection.getresponse(self)
        content, coding = answer.read(), answer.getheader("Content-Encoding")
        self.answered = time.monotonic()
        if coding is None:
            return HTTPResponse(content, status=answer.status)
        return HTTPResponse(BytesIO(content), {"Content-Encoding": coding}, answer.status)

    @property
    def is_connected(self) -> bool:
        """True while it may be used again; the pool asks before it does."""
        return time.monotonic() - self.answered < MAX_IDLE and super().is_connected


class SecureConnection(Connection, HTTPSConnection):
    """The same over TLS."""


class Pool(HTTPConnectionPool):
    """Keeps connections of the kind above."""

    ConnectionCls = Connection


class SecurePool(HTTPSConnectionPool):
    """Keeps connections of the kind above, over TLS."""

    ConnectionCls = SecureConnection


POOLS = {"http": Pool, "https": SecurePool}


class Adapter(HTTPAdapter):
    """Pools connections of the kind above, straight or through a proxy; never repeats a request."""

    def __init__(self) -> None:
        self._pools: dict[str, Any] = {}  # by host
        super().__init__(pool_maxsize=MAX_CONNECTIONS, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use our pools."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *options: Any, **more: Any
    ) -> Any:
        """Return the connections of a host, looked up once."""
        host = host_of(request.url)
        if host not in self._pools:
            self._pools[host] = super().get_connection_with_tls_context(request, *options, **more)
        return self._pools[host]

    def build_response(self, request: requests.PreparedRequest, answer: Any) -> requests.Response:
        """Return an answer, of which nothing matters but the status and the content."""
        response = requests.Response()
        response.request, response.status_code = request, answer.status
        response._content = answer.data or b""
        answer.release_conn()
        return response

    def close(self) -> None:
        """Let go of all connections."""
        self._pools.clear()
        super().close()

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Use our pools, except through SOCKS, which has its own."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = POOLS
        return manager


class Session(requests.Session):
    """A session that does once what is the same for every call.

    It looks for proxies and certificates in the environment once per host, prepares the address and the
    headers of calls once per address, and keeps nothing of answers: that took longer than the call itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._environment: dict[str, Any] = {}
        self._prepared: dict[str, requests.PreparedRequest] = {}

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        """Send a call straight through its adapter: no hooks, no redirects, no cookies."""
        body = options.get("data")
        if not isinstance(body, Body):
            return super().request(method, url, *args, **options)
        alike = self._alike(method, url, options["headers"])
        headers = {**alike.headers, "Content-Length": str(len(body))}
        request = requests.PreparedRequest()
        request.__dict__.update(alike.__dict__, headers=headers, body=body)
        settings = self.merge_environment_settings(request.url, {}, None, None, None)
        return self.get_adapter(url).send(options["auth"](request), timeout=options["timeout"], **settings)

    def _alike(self, method: str, url: str, headers: Any) -> requests.PreparedRequest:
        """Return what all calls to an address share, which is neither a body nor a token."""
        key = f"{method} {url}"
        if key not in self._prepared:
            bare = requests.Request(method, url, headers, auth=Token(None))
            self._prepared[key] = self.prepare_request(bare)
        return self._prepared[key]

    def merge_environment_settings(self, url: Any, *options: Any) -> Any:
        """Return what the environment says of the host of ``url``."""
        host = host_of(url)
        if host not in self._environment:
            self._environment[host] = super().merge_environment_settings(url, *options)
        return dict(self._environment[host])


def host_of(url: Any) -> str:
    """Return the scheme, host and port of an address that has a path."""
    return str(url)[: url.index("/", len("https://"))]


def open_session() -> requests.Session:
    """Open a session that verifies TLS, honours the usual proxy variables and keeps no cookies."""
    session = Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # accounts must not share any
    session.headers.update({"Accept": "application/json", "User-Agent": "activation"})
    session.mount("https://", Adapter())
    session.mount("http://", Adapter())
    return session
