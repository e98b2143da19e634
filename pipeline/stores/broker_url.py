"""The URL of Redis, read whole and checked whole: servers, database, password and options.

::

    redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]
    rediss://...                                   the same over TLS
    unix://[[USER]:PASSWORD@]/PATH
    sentinel://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT]/DB?master=NAME
    sentinel+tls://...                             the same over TLS, servers and Sentinels alike

Any of them may have options in its query. USER and PASSWORD of a Sentinel URL are those of the servers.
Messages quote no value, which may be a password.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pipeline.errors import Misconfigured
from pipeline.stores.broker_options import options_of, tls_of, whole

SCHEMES = ("redis", "rediss", "unix", "sentinel", "sentinel+tls")
SENTINEL_FORM = "sentinel://:PASSWORD@HOST:26379,HOST:26379/0?master=NAME"
REDIS_PORT, SENTINEL_PORT = 6379, 26379


@dataclass(frozen=True)
class BrokerUrl:
    """Where Redis is, and how it is connected to."""

    scheme: str
    servers: tuple[tuple[str, int], ...]  # the Sentinels of a Sentinel URL; none of a socket
    path: str = ""  # of a socket
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    master: str = ""  # the name by which Sentinels know the primary
    sentinel_login: Mapping[str, str] = field(default_factory=dict, repr=False)
    socket: Mapping[str, Any] = field(default_factory=dict)  # options of connections, without TLS
    tls: Mapping[str, Any] | None = None  # options of TLS; None: it is not used

    @property
    def shown(self) -> str:
        """The servers, for people."""
        if self.path:
            return self.path
        listed = ", ".join(f"{host}:{port}" for host, port in self.servers)
        return f'"{self.master}" of the Sentinels {listed}' if self.master else listed

    @property
    def login(self) -> dict[str, str]:
        """Name and password for the servers."""
        both = {"username": self.username, "password": self.password}
        return {name: value for name, value in both.items() if value is not None}

    def for_kombu(self) -> str:
        """Write the URL as kombu wants it, without options that kombu takes elsewhere."""
        login = ""
        if self.password is not None or self.username is not None:
            login = f"{quote(self.username or '', safe='')}:{quote(self.password or '', safe='')}@"
        if self.path:
            return f"redis+socket://{login}{quote(self.path)}?virtual_host={self.db}"
        scheme = "sentinel" if self.master else self.scheme
        return ";".join(f"{scheme}://{login}{address(*server)}/{self.db}" for server in self.servers)


def address(host: str, port: int) -> str:
    """Write a server's address as in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def read(url: str, name: str = "the broker URL") -> BrokerUrl:
    """Read a URL; raises Misconfigured with a sentence that begins with ``name``."""
    try:
        return parse(url)
    except ValueError as error:
        raise Misconfigured(f"{name} {error}") from None


def checked(url: str) -> str:
    """Return ``url`` if it can be read; raises ValueError."""
    parse(url)
    return url


def parse(url: str) -> BrokerUrl:
    """Read a URL; raises ValueError with a text to follow the name of the variable."""
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SCHEMES:
        begins = ", ".join(f"{each}://" for each in SCHEMES[:-1])
        raise ValueError(f"is not a URL that begins with {begins} or {SCHEMES[-1]}://")
    try:
        parts = urlsplit(f"x{url.removeprefix(scheme)}")
    except ValueError:
        raise ValueError("is not a URL: its brackets do not fit") from None
    user, _, addresses = parts.netloc.rpartition("@")
    refuse_several(scheme, addresses, parts.path)
    username, _, password = user.partition(":")
    options = options_of(scheme, parts.query)
    db = options.pop("db", None)
    path = unquote(parts.path) if scheme == "unix" else ""
    if scheme == "unix" and not path:
        raise ValueError("has no path of a socket")
    sentinel = scheme.startswith("sentinel")
    if sentinel and not options.get("master"):
        raise ValueError(f"has no option master, the name of the primary: {SENTINEL_FORM}")
    return BrokerUrl(
        scheme=scheme,
        servers=() if path else servers_of(addresses, SENTINEL_PORT if sentinel else REDIS_PORT),
        path=path,
        db=database_of("" if path else parts.path) if db is None else db,
        username=unquote(username) or None,
        password=unquote(password) or None,
        master=options.pop("master", ""),
        sentinel_login={
            name.removeprefix("sentinel_"): options.pop(name)
            for name in ("sentinel_username", "sentinel_password")
            if name in options
        },
        tls=tls_of(options) if scheme in ("rediss", "sentinel+tls") else None,
        socket={name: value for name, value in options.items() if not name.startswith("ssl_")},
    )


def refuse_several(scheme: str, addresses: str, path: str) -> None:
    """Raise ValueError for a list of servers: Celery would use another one when one does not answer."""
    several = ";" in addresses + path or (not scheme.startswith("sentinel") and "," in addresses)
    if several:
        raise ValueError(
            f"names several servers, between which rows would be lost; with Sentinels write {SENTINEL_FORM}"
        )


def servers_of(addresses: str, default_port: int) -> tuple[tuple[str, int], ...]:
    """Read hosts and ports."""
    found = []
    for address in addresses.split(","):
        parts = urlsplit(f"//{address}")
        try:
            port = parts.port
        except ValueError:
            raise ValueError("is not a URL: its port is not a number") from None
        host = unquote(parts.hostname or "localhost")
        try:
            host.encode("idna")  # as it is looked up
        except UnicodeError:
            raise ValueError("is not a URL: a host in it is no name") from None
        found.append((host, default_port if port is None else port))
    return tuple(found)


def database_of(path: str) -> int:
    """Read the number of the database."""
    text = path.strip("/")
    if not text:
        return 0
    try:
        return whole(text)
    except ValueError:
        raise ValueError("is not a URL of Redis: its database is not a number") from None
