"""Set things up in an account once, by one worker: tables that are made when they are absent.

Keys
    known:{account}           set: what the account is known to have, for a day
    making:{account}:{sha1}   held by whoever looks or makes
"""

from hashlib import sha1

import redis

KNOWN_LIFE = 24 * 3600  # seconds; then somebody looks again
TURN = 100  # seconds a call, and recording it, may take


class SetUps:
    """Knows what accounts have."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def known(self, account: str, thing: str) -> bool:
        """Tell whether the account is known to have it."""
        return bool(self._client.sismember(f"known:{account}", thing))

    def remember(self, account: str, thing: str) -> None:
        """Note that the account has it."""
        self._client.sadd(f"known:{account}", thing)
        self._client.expire(f"known:{account}", KNOWN_LIFE)

    def forget(self, account: str) -> None:
        """Look again before anything is taken for granted."""
        self._client.delete(f"known:{account}")

    def take(self, account: str, thing: str, batch: str) -> bool:
        """Take the turn to look for it or to make it; a batch keeps its turn from look to make."""
        key = _key(account, thing)
        return bool(self._client.set(key, batch, nx=True, ex=TURN)) or self._client.get(key) == batch.encode()

    def leave(self, account: str, thing: str) -> None:
        """Let others have the turn."""
        self._client.delete(_key(account, thing))


def _key(account: str, thing: str) -> str:
    return f"making:{account}:{sha1(thing.encode(), usedforsecurity=False).hexdigest()}"
