"""Keep connections open, and exchange a request for an answer over one that is."""

import http.client
import re
import time
from contextlib import suppress
from io import BufferedReader, BytesIO
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from pipeline.responsys.transport import Body

# A server that closes an idle connection just when a request goes out on it leaves the outcome unknown.
# Common servers close after five seconds or more, so we do not use a connection again that late.
MAX_IDLE = 4.0  # seconds
MAX_CONNECTIONS = 32  # kept per host

# The head of an answer that went well and is as long as it says, with nothing else to know about it.
TELLING = rb"Content-Length|Content-Encoding|Transfer-Encoding|Connection:(?! *Keep-Alive *\r)"
FIELDS = rb"(?:(?!%b)[\w-]+:[^\r\n]*\r\n)*" % TELLING
USUAL = re.compile(
    rb"HTTP/1\.1 200(?: [^\r\n]*)?\r\n%bContent-Length: *(\d{1,9}) *\r\n%b\r\n" % (FIELDS, FIELDS),
    re.IGNORECASE,
)


class Connection(HTTPConnection):
    """A connection that counts as lost once it was idle for ``MAX_IDLE``."""

    answered = 0.0

    @property
    def is_connected(self) -> bool:
        """True while it may be used again; the pool asks before it does."""
        return time.monotonic() - self.answered < MAX_IDLE and super().is_connected

    def exchange(self, head: bytes, body: Body | None, timeout: tuple[float, float]) -> requests.Response:
        """Send a request as it is and read its answer to the end."""
        to_send, to_read = timeout
        self.sock.settimeout(to_send)
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before
            self.sock.sendall(head)
            for content in body or ():
                self.sock.sendall(content)
        self.sock.settimeout(to_read)
        with http.client.HTTPResponse(self.sock) as answer:
            found = USUAL.match(answer.fp.peek())
            response = usual(answer.fp, found) if found else self._unusual(answer)
        self.answered = time.monotonic()
        return response

    def _unusual(self, answer: http.client.HTTPResponse) -> requests.Response:
        """Have http.client read an answer."""
        answer.begin()
        if answer.will_close:
            self.close()
        return response_of(answer.status, read(answer))

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3's own, as it does
        """Read the answer to a request of urllib3, which would write odd ones into the log."""
        self.sock.settimeout(self.timeout)
        answer = read(http.client.HTTPConnection.getresponse(self))
        self.answered = time.monotonic()
        return answer


def usual(file: BufferedReader, head: re.Match[bytes]) -> requests.Response:
    """Read an answer that has the usual head; http.client reads heads as e-mails, which takes long."""
    length = int(head[1])
    content = file.read(head.end() + length)[head.end() :]
    if len(content) < length:
        raise http.client.IncompleteRead(content, length - len(content))
    return response_of(200, BytesIO(content))


def read(answer: http.client.HTTPResponse) -> HTTPResponse:
    """Return an answer as one of urllib3's, read to its end."""
    content, coding = answer.read(), answer.getheader("Content-Encoding", "identity")
    return HTTPResponse(
        BytesIO(content),
        {"Content-Encoding": coding},
        answer.status,
        preload_content=False,
        original_response=answer,
    )


def response_of(status: int, content: BytesIO | HTTPResponse) -> requests.Response:
    """Return an answer, of which nothing matters but the status and the content."""
    response = requests.Response()
    response.status_code, response.raw = status, content
    return response


class SecureConnection(Connection, HTTPSConnection):
    """The same over TLS."""


class Pool(HTTPConnectionPool):
    """Keeps connections of the kind above."""

    ConnectionCls: type[HTTPConnection] = Connection

    def exchange(
        self, head: bytes, body: Body | None, timeout: tuple[float, float]
    ) -> requests.Response | None:
        """Send a request over a connection that is open; return None when there is none."""
        connection = cast("Connection", self._get_conn())
        try:
            if connection.is_closed or connection.proxy_is_forwarding:
                return None
            return connection.exchange(head, body, timeout)
        except BaseException:
            connection.close()
            raise
        finally:
            self._put_conn(connection)


class SecurePool(Pool, HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = SecureConnection


POOLS = {"http": Pool, "https": SecurePool}


class Adapter(HTTPAdapter):
    """Opens connections of the kind above, straight or through a proxy; never repeats a request."""

    def __init__(self, pools: dict[str, Any]) -> None:
        self._pools = pools  # by host; ours, except through SOCKS
        super().__init__(pool_maxsize=MAX_CONNECTIONS, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use our pools."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Use our pools, except through SOCKS, which has its own."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = POOLS
        return manager

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *options: Any, **more: Any
    ) -> Any:
        """Return the connections of a host, looked up once."""
        host = host_of(request.url)
        if host not in self._pools:
            self._pools[host] = super().get_connection_with_tls_context(request, *options, **more)
        return self._pools[host]

    def close(self) -> None:
        """Let go of all connections."""
        self._pools.clear()
        super().close()


def host_of(url: Any) -> str:
    """Return the scheme, host and port of an address that has a path."""
    return str(url)[: url.index("/", len("https://"))]
