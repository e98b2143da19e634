"""Store of login tokens, sealed, and of refusals of logins.

Keys
    login:{owner}           the sealed token, until it expires
    login:{owner}:refused   a sealed refusal, so that workers that waited for one do not add another

The token carries, sealed with it, a digest of the login it was given for: after a change of the password it
is not used again. The digest is not in the key's name, where it could be tried out.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import redis

from pipeline.errors import Held, Misconfigured
from pipeline.model.connector import Connector
from pipeline.stores.vault import Vault
from pipeline.wire.account_login import Grant

REFUSAL_LIFE = 15  # seconds

# KEYS: the token's, or the lock's. ARGV: the sealed token that was refused, or the lock's; a newer one stays.
DROP = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"

C = TypeVar("C", bound=Connector)


@dataclass(frozen=True)
class Token:
    """A login token, the host to use it at, and how it lies in Redis."""

    value: str = field(repr=False)
    end_point: str
    sealed: bytes = field(repr=False)


class TokenStore(Generic[C]):
    """The tokens of all connectors of a kind; ``digest`` tells one login from another."""

    def __init__(self, client: redis.Redis, vault: Vault, digest: Callable[[C], str], life: int) -> None:
        self._redis = client
        self._vault = vault
        self._digest = digest
        self._life = life  # seconds
        self._opened: dict[str, Token] = {}

    def read(self, connector: C) -> tuple[Token | None, float]:
        """Return the shared token and its age in seconds, by Redis' clock."""
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.get(key(connector))
            pipe.pttl(key(connector))
            sealed, left = pipe.execute()
        if not sealed:
            return None, 0
        token = self._opened.get(self._digest(connector))
        if token is None or token.sealed != sealed:
            record = self._open(connector, sealed)
            if record is None:
                return None, 0
            token = self._opened[self._digest(connector)] = Token(
                record["token"], record["end_point"], sealed
            )
        return token, self._life - left / 1000

    def keep(self, connector: C, grant: Grant) -> Token:
        """Share the token that a login gave."""
        sealed = self._seal(connector, {"token": grant.token, "end_point": grant.end_point})
        self._redis.set(key(connector), sealed, ex=self._life)
        return Token(grant.token, grant.end_point, sealed)

    def drop(self, connector: C, token: Token) -> None:
        """Forget a token that was refused, unless a newer one has taken its place."""
        self._redis.eval(DROP, 1, key(connector), token.sealed)

    def keep_refusal(self, connector: C, error: Held) -> None:
        """Share the refusal of a login for a while."""
        sealed = self._seal(connector, {"code": error.code, "detail": error.detail})
        self._redis.set(f"{key(connector)}:refused", sealed, ex=REFUSAL_LIFE)

    def refuse_again(self, connector: C) -> None:
        """Raise Held if the same login was refused a moment ago."""
        sealed = cast("bytes | None", self._redis.get(f"{key(connector)}:refused"))
        if sealed and (refusal := self._open(connector, sealed)):
            raise Held("connector", refusal["code"], refusal["detail"])

    def _seal(self, connector: C, record: dict[str, str]) -> bytes:
        return self._vault.encrypt(json.dumps({**record, "login": self._digest(connector)})).encode()

    def _open(self, connector: C, sealed: bytes) -> dict[str, Any] | None:
        """Open a record; None when it is another login's or was sealed with a key that is gone."""
        try:
            record: dict[str, Any] = json.loads(self._vault.decrypt(sealed.decode()))
        except Misconfigured:
            return None
        return record if record["login"] == self._digest(connector) else None


def key(connector: Connector) -> str:
    """Name the key of the account's token."""
    return f"login:{connector.token_owner}"
