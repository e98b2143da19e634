"""Log in at an org: no token is renewed, and none says when it ends; a refused one is replaced."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import redis
import requests

from pipeline.errors import Held, Misconfigured, OutcomeUnknown, RetryLater
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.errors import login_error
from pipeline.salesforce.grants import form_of
from pipeline.stores.vault import Vault
from pipeline.wire.account_login import Grant, TokenTerms
from pipeline.wire.codes import OTHER, UNKNOWN
from pipeline.wire.deadlines import within
from pipeline.wire.end_points import leads_to_public_host, require_https
from pipeline.wire.tokens import Take, Tokens
from pipeline.wire.transport import decoded, received, request_of

PATH = "/services/oauth2/token"
VISIBLE = re.compile(r"[\x21-\x7e]+")  # characters that a header may hold
LOGIN_BURST = 2  # logins that may follow one at once, as when a token is refused right after
MAX_READ = 20.0  # seconds for a login's answer

# Salesforce's tokens live by the org's setting, two hours by default. A token is used until it is refused, so
# its life here is only the time after which an unused one is forgotten.
TERMS = TokenTerms(life=115 * 60, renew_after=114 * 60, logins_per_minute=10)


@dataclass(frozen=True)
class SalesforceLogin:
    """Logs connectors in."""

    session: requests.Session
    timeout: tuple[float, float]  # seconds to connect and between two bytes; their sum is for all of a login

    def log_in(self, connector: SalesforceConnector) -> Grant:
        """Log in; raise Held when a person must look at the app or its secrets."""
        place = require_https(connector.host)
        try:
            form = form_of(connector)
        except Misconfigured as error:
            raise Held("connector", OTHER, str(error)) from None
        public = leads_to_public_host(place, place)
        try:
            with within(sum(self.timeout)):
                reply = received(
                    self.session, request_of("POST", place + PATH, {}, form), self.timeout, public=public
                )
        except OutcomeUnknown as error:  # a login carries no rows
            raise RetryLater(OTHER if error.code == UNKNOWN else error.code, error.detail) from error
        answer = decoded(reply.content)
        if reply.status != 200:
            raise login_error(reply.status, answer)
        return grant(answer, place)

    def renew(self, _connector: SalesforceConnector, _token: str) -> Grant:
        """Refuse: Salesforce renews no token of a server; the caller logs in instead."""
        raise RetryLater(OTHER, "a token is not renewed")

    def digest(self, connector: SalesforceConnector) -> str:
        """Tell one login from another without keeping its secrets."""
        parts = (connector.host, connector.client_id, connector.login, connector.username)
        secrets = (connector.client_secret, connector.private_key, connector.audience)
        return sha256("\n".join((*parts, *secrets)).encode()).hexdigest()


def grant(answer: Any, place: str) -> Grant:
    """Read the answer of a login; the org must be the one that the host names."""
    token, url = (
        (answer.get("access_token"), answer.get("instance_url")) if isinstance(answer, dict) else (None, None)
    )
    if not (isinstance(token, str) and VISIBLE.fullmatch(token) and isinstance(url, str)):
        raise RetryLater(OTHER, "the login answered without an access_token and an instance_url")
    if require_https(url) != place:
        raise Held("connector", OTHER, "the org is served by another host: give its instance_url as host")
    return Grant(token, place)


def shared_tokens(
    client: redis.Redis,
    vault: Vault,
    *,
    take: Take,
    session: requests.Session,
    connect_timeout: float,
    read_timeout: float,
) -> Tokens[SalesforceConnector]:
    """Return the tokens of all connectors; ``take`` asks for a permit."""
    login = SalesforceLogin(session, (connect_timeout, min(read_timeout, MAX_READ)))
    return Tokens(client, vault, login, TERMS, take=take)
