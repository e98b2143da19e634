"""Log in at Responsys, with the password or with a token that is still good.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Authentication.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

from pipeline.errors import CallError, Held, Refused, RetryLater, Throttled
from pipeline.responsys.connections import MAX_HOSTS
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.deadlines import within
from pipeline.responsys.errors import OTHER, retry_if_unknown
from pipeline.responsys.names import path
from pipeline.responsys.public_hosts import NAME, require_public_name
from pipeline.responsys.transport import exchange

VISIBLE = re.compile(r"[\x21-\x7e]+")  # characters that a header may hold


@dataclass(frozen=True)
class Grant:
    """The answer to a login: the token, and the host that all later calls go to."""

    token: str = field(repr=False)
    end_point: str


@dataclass(frozen=True)
class Login:
    """Logs connectors in."""

    session: requests.Session
    timeout: tuple[float, float]  # seconds to connect and between two bytes; their sum is for all of a login

    def with_password(self, connector: ResponsysConnector) -> Grant:
        """Log in; raise Held when a person must look at the account or its password."""
        form = {"user_name": connector.username, "password": connector.password, "auth_type": "password"}
        return self._ask(connector, form)

    def with_token(self, connector: ResponsysConnector, token: str) -> Grant:
        """Exchange a token that is still good for a new one."""
        return self._ask(connector, {"auth_type": "token"}, token)

    def _ask(self, connector: ResponsysConnector, form: Mapping[str, str], token: str | None = None) -> Grant:
        url = require_https(connector.auth_endpoint) + path("auth", "token")
        try:
            with within(sum(self.timeout)):
                answer = exchange(self.session, "POST", url, timeout=self.timeout, token=token, data=form)
        except CallError as error:
            raise as_login_error(error) from error
        return grant(answer, connector)


def as_login_error(error: CallError) -> CallError:
    """Return the error that a failed login means for its connector.

    A login carries no rows, so its outcome is never unknown. A login that Responsys refuses it will refuse
    again, until the user is locked out.
    """
    if isinstance(error, Held | Refused):
        return Held("connector", error.code, error.detail)
    if isinstance(error, Throttled) and error.scope == "function":
        return Throttled("login", error.code, error.detail)
    return retry_if_unknown(error)


def grant(answer: Any, connector: ResponsysConnector) -> Grant:
    """Read the answer of a login. It does not say when the token expires."""
    token, end_point = (
        (answer.get("authToken"), answer.get("endPoint")) if isinstance(answer, dict) else (None, None)
    )
    if not (isinstance(token, str) and VISIBLE.fullmatch(token) and isinstance(end_point, str) and end_point):
        raise RetryLater(OTHER, "the login answered without an authToken and an endPoint")
    end_point = require_https(end_point)
    if leads_to_public_host(connector.auth_endpoint, end_point):
        require_public_name(urlsplit(end_point).hostname or "")
    return Grant(token, end_point)


@lru_cache(MAX_HOSTS)
def leads_to_public_host(auth_endpoint: str, end_point: str) -> bool:
    """Whether calls to an end point must go to a public host.

    An emulator on this machine may lead anywhere, and any login to the very place that a person configured.
    """
    login = require_https(auth_endpoint)
    return end_point != login and not is_loopback(urlsplit(login).hostname or "")


def require_https(address: str) -> str:
    """Return scheme and host of an address that secrets and customers' data may be sent to.

    Raises:
        Held: it is not https; plain http is for this machine alone.
    """
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Held("connector", OTHER, "the address to call is no URL") from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not (host and secure and is_host(host)) or port == 0:
        raise Held("connector", OTHER, f'"{parts.scheme[:10]}://{host[:253]}" is not an https address')
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def is_host(text: str) -> bool:
    """True for an address, and for text that may be a name."""
    return ":" in text or NAME.fullmatch(text.lower().removesuffix(".")) is not None


def is_loopback(host: str) -> bool:
    """True for this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
