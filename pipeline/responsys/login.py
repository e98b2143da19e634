"""Log in at Responsys, with the password or with a token that is still good.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Authentication.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import redis
import requests

from pipeline.errors import CallError, Held, Refused, RetryLater, Throttled
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.errors import retry_if_unknown
from pipeline.responsys.exchange import exchange
from pipeline.responsys.names import path
from pipeline.stores.vault import Vault
from pipeline.wire.account_login import Grant, TokenTerms
from pipeline.wire.codes import OTHER
from pipeline.wire.deadlines import within
from pipeline.wire.end_points import leads_to_public_host, require_https
from pipeline.wire.public_hosts import require_public_name
from pipeline.wire.session import open_session
from pipeline.wire.tokens import Take, Tokens

VISIBLE = re.compile(r"[\x21-\x7e]+")  # characters that a header may hold

LOGIN_BURST = 2  # logins that may follow one at once, as when a token is refused right after
MAX_READ = 20.0  # seconds for a login's answer

# Oracle's pages disagree on how long a token lives: two hours or three, fixed from its issue. Ten logins a
# minute are in Oracle's sample of an account's limits.
TERMS = TokenTerms(life=115 * 60, renew_after=90 * 60, logins_per_minute=10)


@dataclass(frozen=True)
class Login:
    """Logs connectors in."""

    session: requests.Session
    timeout: tuple[float, float]  # seconds to connect and between two bytes; their sum is for all of a login

    def log_in(self, connector: ResponsysConnector) -> Grant:
        """Log in; raise Held when a person must look at the account or its password."""
        form = {"user_name": connector.username, "password": connector.password, "auth_type": "password"}
        return self._ask(connector, form)

    def renew(self, connector: ResponsysConnector, token: str) -> Grant:
        """Exchange a token that is still good for a new one."""
        return self._ask(connector, {"auth_type": "token"}, token)

    def digest(self, connector: ResponsysConnector) -> str:
        """Tell one login from another without keeping its password."""
        parts = (connector.auth_endpoint, connector.username, connector.password)
        return sha256("\n".join(parts).encode()).hexdigest()

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


def shared_tokens(
    client: redis.Redis,
    vault: Vault,
    *,
    take: Take,
    session: requests.Session | None = None,
    connect_timeout: float = 10,
    read_timeout: float = 60,
) -> Tokens[ResponsysConnector]:
    """Return the login tokens of all connectors; ``take`` asks for a permit."""
    login = Login(session or open_session(), (connect_timeout, min(read_timeout, MAX_READ)))
    return Tokens(client, vault, login, TERMS, take=take)
