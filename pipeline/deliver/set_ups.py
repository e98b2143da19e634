"""Set-ups: things in an account, such as tables, that are made once and by one worker if they are absent.

Keys
    known:{account}           set: the things that the account is known to have, for a day
    making:{account}:{sha1}   id of the batch that looks for a thing, or makes it
"""

import math
from hashlib import sha1

import redis

from pipeline.stores.broker import decoded

KNOWN_LIFE = 24 * 3600  # seconds; then each thing is looked for again
CALL_TIMEOUT = 120.0  # seconds
RECORDING = 30  # seconds to record an answer


class SetUps:
    """The things that accounts are known to have, and the batches that set one up now."""

    def __init__(self, client: redis.Redis, call_timeout: float = CALL_TIMEOUT) -> None:
        self._client = client
        self._life = math.ceil(call_timeout) + RECORDING  # seconds of a reservation

    def known(self, account: str) -> set[str]:
        """Return all things that the account is known to have."""
        return {decoded(thing) for thing in self._client.smembers(f"known:{account}")}

    def note_known(self, account: str, thing: str) -> None:
        """Note that the account has a thing."""
        self._client.sadd(f"known:{account}", thing)
        self._client.expire(f"known:{account}", KNOWN_LIFE)

    def forget(self, account: str) -> None:
        """Have everything looked for again, before a batch relies on it."""
        self._client.delete(f"known:{account}")

    def reserve(self, account: str, thing: str, batch: str) -> bool:
        """Reserve a thing for one batch, from the look until it is made.

        False if another batch has it, or has made it since the caller read the known things.
        """
        key = _key(account, thing)
        reserved = self._client.set(key, batch, nx=True, ex=self._life)
        if not reserved and self._client.get(key) != batch.encode():
            return False
        if self._client.sismember(f"known:{account}", thing):
            self.release(account, thing)
            return False
        return True

    def release(self, account: str, thing: str) -> None:
        """Let another batch reserve the thing."""
        self._client.delete(_key(account, thing))


def _key(account: str, thing: str) -> str:
    return f"making:{account}:{sha1(thing.encode(), usedforsecurity=False).hexdigest()}"
