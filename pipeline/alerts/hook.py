"""POST a message to a webhook: 5 seconds for an answer of 2xx, and no redirects.

Proxies and certificates are those of the environment, as for calls of connectors.
"""

import ssl
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, unquote, urlsplit

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy

from pipeline.alerts.deadline import DeliveryDeadline
from pipeline.alerts.failure import NotDelivered, in_words
from schemas.channel import hook_problem

ANSWER_SECONDS = 5.0
PORTS = {"https": 443, "http": 80}
PROXY_PORT = 8080
USER_AGENT = "activation"


def post(url: str, body: bytes, headers: Mapping[str, str] = {}, seconds: float = ANSWER_SECONDS) -> None:
    """Send JSON; raises NotDelivered without a word of the URL or the answer."""
    if problem := hook_problem(url):
        raise NotDelivered(f"its URL {problem}")
    with DeliveryDeadline(seconds) as deadline:
        try:
            status = status_of(url, body, headers, deadline)
        except (OSError, HTTPException, ValueError) as error:
            if not deadline.passed:
                raise NotDelivered(in_words(error)) from None
    if deadline.passed:  # headers that were cut off look like an answer
        raise NotDelivered(f"no answer in {seconds:g} s")
    if 300 <= status < 400:
        raise NotDelivered(f"HTTP {status}: redirects are not followed")
    if not 200 <= status < 300:
        raise NotDelivered(f"HTTP {status}")


def status_of(url: str, body: bytes, headers: Mapping[str, str], deadline: DeliveryDeadline) -> int:
    """Send the request and return the status of its answer."""
    parts = urlsplit(url)
    connection = connect(url, parts, deadline)
    try:
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        fixed = {"Host": parts.netloc, "User-Agent": USER_AGENT, "Content-Type": "application/json"}
        connection.request("POST", target, body, {**fixed, **headers, "Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


def connect(url: str, parts: SplitResult, deadline: DeliveryDeadline) -> HTTPConnection:
    """Connect to the host of a URL, straight or through a proxy, with TLS if the URL says so."""
    proxies = requests.Session().merge_environment_settings(url, {}, None, None, None)["proxies"]
    proxy: str | None = select_proxy(url, proxies)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if proxy is None:
        connection = HTTPConnection(host, port, timeout=deadline.seconds)
    else:
        connection = through_proxy(proxy, host, port, deadline.seconds)
    connection.connect()
    deadline.watch(connection.sock)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=trusted_authorities())
        connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
    return connection


def through_proxy(proxy: str, host: str, port: int, timeout: float) -> HTTPConnection:
    """Return a connection that asks a proxy for a tunnel to the host."""
    parts = urlsplit(proxy)
    connection = HTTPConnection(parts.hostname or "", parts.port or PROXY_PORT, timeout=timeout)
    headers = {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
    connection.set_tunnel(host, port, headers)
    return connection


def trusted_authorities() -> str:
    """Return the file of certificates that are trusted: that of REQUESTS_CA_BUNDLE, or requests' own."""
    verify = requests.Session().merge_environment_settings("https://", {}, None, None, None)["verify"]
    return verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH
