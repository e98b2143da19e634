"""Connections to accounts: none is used that was idle for long, and each ends with its call's deadline."""

import os
import socket
import time
from contextlib import suppress
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import urldefragauth
from urllib3 import HTTPConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection
from urllib3.util.connection import create_connection

from pipeline.wire.deadlines import WATCH
from pipeline.wire.public_hosts import look_up

# A server that closes an idle connection just when a request goes out on it leaves the outcome unknown.
# Common servers close after five seconds or more, so we do not use a connection again that late.
MAX_IDLE = 4.0  # seconds
MAX_CONNECTIONS = 32  # kept per host
MAX_HOSTS = 100  # with connections that are kept


class Connection(HTTPConnection):
    """A connection that counts as lost ``MAX_IDLE`` after its last answer."""

    used = 0.0  # when the last answer was read, by ``time.monotonic``; noted by WATCH
    opened: Any = None  # its socket; ``sock`` is None while an answer without a length is read

    @property
    def is_connected(self) -> bool:
        """True while it may be used again; urllib3's pool asks before it does."""
        return time.monotonic() - self.used < MAX_IDLE and super().is_connected

    def connect(self) -> None:
        """Connect, for this thread's call."""
        WATCH.begin(self)
        super().connect()
        self.opened = self.sock

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request, for this thread's call."""
        WATCH.begin(self)
        super().request(*args, **options)

    def cut(self) -> None:
        """Shut down the connection under the thread that uses it; the copy reaches below TLS."""
        with suppress(OSError, AttributeError):
            descriptor = (self.sock or self.opened).fileno()
            with socket.socket(fileno=os.dup(descriptor)) as copy:
                copy.shutdown(socket.SHUT_RDWR)


class PublicConnection(Connection):
    """A connection to a public host: it goes to one of the very addresses that were looked at.

    If the name were resolved again, it could stand for another address by then (DNS rebinding).
    """

    def _new_conn(self) -> socket.socket:
        # urllib3 has no public place between resolving and the TLS handshake.
        *others, last = look_up(self.host, self.port)
        for address in others:
            with suppress(OSError):
                return self._connect_to(address)
        return self._connect_to(last)

    def _connect_to(self, address: str) -> socket.socket:
        return create_connection(
            (address, self.port),
            self.timeout,
            source_address=self.source_address,
            socket_options=self.socket_options,
        )


class ProxiedConnection(Connection):
    """A connection through a proxy to a public host; a name that is not known here is left to the proxy."""

    target: str | None = None

    def set_tunnel(self, host: str, *args: Any, **options: Any) -> None:
        """Note where the proxy is to lead."""
        self.target = host
        super().set_tunnel(host, *args, **options)

    def connect(self) -> None:
        """Connect to the proxy, if the host after it is public as far as can be seen from here."""
        with suppress(OSError):
            look_up((self.target or self.host).strip("[]"), self.port)
        super().connect()


@cache
def watched(pool: type[HTTPConnectionPool], connection: type[Connection]) -> type[HTTPConnectionPool]:
    """Return the same kind of pool with connections as above: urllib3 has pools for TLS and for SOCKS too."""
    kind = type("Connection", (connection, pool.ConnectionCls), {})
    return type("Pool", (pool,), {"ConnectionCls": kind})


def watch_pools(manager: PoolManager, connection: type[Connection]) -> None:
    """Have a manager open our connections."""
    classes = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {
        scheme: watched(pool, connection)  # type: ignore[arg-type]  # a class is hashable
        for scheme, pool in classes.items()
    }


class Adapter(HTTPAdapter):
    """Opens connections of the kinds above, straight or through a proxy; never repeats a request.

    A host's pool is found once: requests would look for it, and for its certificates, with every call.

    ``public``: to hosts of the public internet only.
    """

    def __init__(self, *, public: bool = False) -> None:
        self._straight: type[Connection] = PublicConnection if public else Connection
        self._through_proxy: type[Connection] = ProxiedConnection if public else Connection
        super().__init__(pool_connections=MAX_HOSTS, pool_maxsize=MAX_CONNECTIONS, max_retries=0)
        self._pools: dict[str, HTTPConnectionPool] = {}

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use our connections."""
        super().init_poolmanager(*args, **options)
        watch_pools(self.poolmanager, self._straight)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Use our connections through a proxy too."""
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if is_new:
            watch_pools(manager, self._through_proxy)
        return manager

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send a request and return its answer: the status, and ``raw`` for the content, which is not read.

        ``timeout``: to connect and between two bytes, in seconds.
        """
        url = str(request.url)
        host = url[: url.index("/", len("https://"))]
        pool = self._pools.get(host) or self._open_pool(host, request)
        is_forwarded = pool.proxy is not None and pool.scheme == "http"
        connect, read = options["timeout"]
        answer: Any = pool.urlopen(
            str(request.method),
            urldefragauth(url) if is_forwarded else url[len(host) :],
            body=request.body,
            headers=request.headers,
            retries=self.max_retries,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            timeout=Timeout(connect=connect, read=read),
        )
        response = requests.Response()
        response.status_code, response.raw = answer.status, answer
        return response

    def close(self) -> None:
        """Close the connections that no thread uses."""
        self._pools.clear()
        super().close()

    def _open_pool(self, host: str, request: requests.PreparedRequest) -> HTTPConnectionPool:
        """Open the pool of a host, with the proxy and the certificates that the environment names."""
        if len(self._pools) >= MAX_HOSTS:
            self.close()
        with requests.Session() as session:
            found: Any = session.merge_environment_settings(request.url, {}, True, None, None)
        verify, cert = found["verify"], found["cert"]
        pool: Any = self.get_connection_with_tls_context(request, verify, found["proxies"], cert)
        self.cert_verify(pool, request.url, verify, cert)  # type: ignore[no-untyped-call]
        return self._pools.setdefault(host, pool)
