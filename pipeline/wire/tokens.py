"""Share one token per login among all threads and processes.

Keys
    login:{owner}           the sealed token, until it expires
    login:{owner}:refused   a sealed refusal, so that workers that waited for one do not add another
    login:{owner}:lock      held by the worker that is logging in

The token carries, sealed with it, a digest of the login it was given for: after a change of the password it
is not used again. The digest is not in the key's name, where it could be tried out.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar, cast

import redis
from redis.exceptions import RedisError

from pipeline.errors import CallError, Held, Misconfigured, RetryLater, Throttled
from pipeline.model.connector import Connector
from pipeline.stores.retrying import retrying
from pipeline.stores.vault import Vault
from pipeline.text.plural import counted
from pipeline.wire.account_login import AccountLogin, Grant, TokenTerms
from pipeline.wire.codes import OTHER

log = logging.getLogger(__name__)

REFUSAL_LIFE = 15  # seconds
MAX_WAIT = 5  # seconds for another worker's login

# Seconds between tries. A lock that is not released keeps the account standing until its lease ends.
RELEASE_PAUSES = (0.5,) * 30

# KEYS: the token's, or the lock's. ARGV: the sealed token that was refused, or the lock's; a newer one stays.
DROP = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"

Take = Callable[[redis.Redis, str, str, int], float]
C = TypeVar("C", bound=Connector)


@dataclass(frozen=True)
class Token:
    """A login token, the host to use it at, and how it lies in Redis."""

    value: str = field(repr=False)
    end_point: str
    sealed: bytes = field(repr=False)


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
        self._vault = vault
        self._take = take
        self._login = login
        self._terms = terms
        self._lease = 2 * sum(login.timeout) + 5  # an exchange of the token, then a full login
        self._opened: dict[str, Token] = {}

    def get(self, connector: C) -> Token:
        """Return a token to use now, logging in when there is none or it is getting old.

        Raises:
            Held: the login is refused until a person acts.
            Throttled: too many logins within a minute.
            RetryLater: no answer, or another worker is still at it.
        """
        with answering():
            token, age = self._stored(connector)
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
            self._redis.eval(DROP, 1, key(connector), token.sealed)

    def _renewed(self, connector: C) -> Token:
        token, age = self._stored(connector)
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
            return self._keep(connector, self._login.renew(connector, token.value))
        except CallError:
            return self._full_login(connector)

    def _full_login(self, connector: C) -> Token:
        self._refuse_again(connector)
        self._permit(connector)
        try:
            token = self._keep(connector, self._login.log_in(connector))
        except Held as error:
            refusal = {"code": error.code, "detail": error.detail}
            self._redis.set(f"{key(connector)}:refused", self._seal(connector, refusal), ex=REFUSAL_LIFE)
            raise
        log.info("logged in", extra={"connector": connector.name})
        return token

    def _permit(self, connector: C) -> None:
        limit = connector.limits.get("login", self._terms.logins_per_minute)
        wait = self._take(self._redis, connector.account, "login", limit)
        if wait:
            raise Throttled("login", OTHER, f"{counted(limit, 'login')} a minute are used up", delay=wait)

    def _refuse_again(self, connector: C) -> None:
        sealed = cast("bytes | None", self._redis.get(f"{key(connector)}:refused"))
        if sealed and (refusal := self._open(connector, sealed)):
            raise Held("connector", refusal["code"], refusal["detail"])

    def _stored(self, connector: C) -> tuple[Token | None, float]:
        """Return the shared token and its age in seconds, by Redis' clock."""
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.get(key(connector))
            pipe.pttl(key(connector))
            sealed, left = pipe.execute()
        if not sealed:
            return None, 0
        token = self._opened.get(self._login.digest(connector))
        if token is None or token.sealed != sealed:
            record = self._open(connector, sealed)
            if record is None:
                return None, 0
            token = self._opened[self._login.digest(connector)] = Token(
                record["token"], record["end_point"], sealed
            )
        return token, self._terms.life - left / 1000

    def _keep(self, connector: C, grant: Grant) -> Token:
        sealed = self._seal(connector, {"token": grant.token, "end_point": grant.end_point})
        self._redis.set(key(connector), sealed, ex=self._terms.life)
        return Token(grant.token, grant.end_point, sealed)

    def _seal(self, connector: C, record: dict[str, str]) -> bytes:
        return self._vault.encrypt(json.dumps({**record, "login": self._login.digest(connector)})).encode()

    def _open(self, connector: C, sealed: bytes) -> dict[str, Any] | None:
        """Open a record; None when it is another login's or was sealed with a key that is gone."""
        try:
            record: dict[str, Any] = json.loads(self._vault.decrypt(sealed.decode()))
        except Misconfigured:
            return None
        return record if record["login"] == self._login.digest(connector) else None

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


def key(connector: Connector) -> str:
    """Name the key of the account's token."""
    return f"login:{connector.token_owner}"


@contextmanager
def answering() -> Iterator[None]:
    """Turn a Redis that does not answer into another try: nothing has been sent."""
    try:
        yield
    except RedisError as error:
        raise RetryLater(OTHER, f"Redis did not answer: {type(error).__name__}") from error
