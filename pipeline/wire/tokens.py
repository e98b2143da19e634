"""Share one token per login among all threads and processes.

Keys
    login:{owner}           see token_store.py
    login:{owner}:lock      held by the worker that is logging in
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Generic

import redis
from redis.exceptions import RedisError

from pipeline.errors import CallError, Held, RetryLater, Throttled
from pipeline.stores.retrying import retrying
from pipeline.stores.vault import Vault
from pipeline.text.plural import counted
from pipeline.wire.account_login import AccountLogin, TokenTerms
from pipeline.wire.codes import OTHER
from pipeline.wire.token_store import DROP, C, Token, TokenStore, key

log = logging.getLogger(__name__)

MAX_WAIT = 5  # seconds for another worker's login

# Seconds between tries. A lock that is not released keeps the account standing until its lease ends.
RELEASE_PAUSES = (0.5,) * 30

Take = Callable[[redis.Redis, str, str, int], float]


class Tokens(Generic[C]):
    """The login tokens of all connectors of a kind; ``take`` asks for a permit."""

    def __init__(
        self,
        client: redis.Redis,
        vault: Vault,
        login: AccountLogin[C],
        terms: TokenTerms,
        *,
        take: Take,
    ) -> None:
        self._redis = client
        self._store = TokenStore(client, vault, login.digest, terms.life)
        self._take = take
        self._login = login
        self._terms = terms
        self._lease = 2 * sum(login.timeout) + 5  # an exchange of the token, then a full login

    def get(self, connector: C) -> Token:
        """Return a token to use now, logging in when there is none or it is getting old.

        Raises:
            Held: the login is refused until a person acts.
            Throttled: too many logins within a minute.
            RetryLater: no answer, or another worker is still at it.
        """
        with answering():
            token, age = self._store.read(connector)
            if token and age < self._terms.renew_after:
                return token
            with self._login_lock(connector, wait=token is None) as is_held:
                if is_held:
                    return self._renewed(connector)
            if token:
                return token
            raise RetryLater(OTHER, "another worker is still logging in", delay=1)

    def log_in(self, connector: C) -> Token:
        """Log in with the password, even if a token is stored."""
        with answering(), self._login_lock(connector, wait=True) as is_held:
            if not is_held:
                raise RetryLater(OTHER, "another worker is still logging in", delay=1)
            return self._full_login(connector)

    def drop(self, connector: C, token: Token) -> None:
        """Forget a token that was refused, unless a newer one has taken its place."""
        with answering():
            self._store.drop(connector, token)

    def _renewed(self, connector: C) -> Token:
        token, age = self._store.read(connector)
        if token and age < self._terms.renew_after:
            return token
        try:
            return self._exchanged(connector, token) if token else self._full_login(connector)
        except RetryLater:
            if token:
                return token  # good for a while yet
            raise

    def _exchanged(self, connector: C, token: Token) -> Token:
        try:
            self._permit(connector)
            return self._store.keep(connector, self._login.renew(connector, token.value))
        except CallError:
            return self._full_login(connector)

    def _full_login(self, connector: C) -> Token:
        self._store.refuse_again(connector)
        self._permit(connector)
        try:
            token = self._store.keep(connector, self._login.log_in(connector))
        except Held as error:
            self._store.keep_refusal(connector, error)
            raise
        log.info("logged in", extra={"connector": connector.name})
        return token

    def _permit(self, connector: C) -> None:
        limit = connector.limits.get("login", self._terms.logins_per_minute)
        wait = self._take(self._redis, connector.account, "login", limit)
        if wait:
            raise Throttled("login", OTHER, f"{counted(limit, 'login')} a minute are used up", delay=wait)

    @contextmanager
    def _login_lock(self, connector: C, *, wait: bool) -> Iterator[bool]:
        """Hold the account's login lock; yields False if another worker has it, after MAX_WAIT seconds."""
        lock = self._redis.lock(f"{key(connector)}:lock", timeout=self._lease, sleep=0.05)
        if not lock.acquire(blocking=wait, blocking_timeout=MAX_WAIT if wait else None):
            yield False
            return
        try:
            yield True
        finally:
            retrying(
                partial(self._redis.eval, DROP, 1, lock.name, lock.local.token),
                passing=(redis.ConnectionError, redis.TimeoutError),
                pauses=RELEASE_PAUSES,
            )


@contextmanager
def answering() -> Iterator[None]:
    """Turn a Redis that does not answer into another try: nothing has been sent."""
    try:
        yield
    except RedisError as error:
        raise RetryLater(OTHER, f"Redis did not answer: {type(error).__name__}") from error
