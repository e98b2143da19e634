"""Leases of batches: those that have ended, or that no worker has answered. For keys see __init__.py."""

from collections.abc import Sequence
from typing import Any

import redis

from pipeline.lanes.milliseconds import ms
from pipeline.stores.broker import decoded
from pipeline.stores.scripts import Argument, Scripts

CLAIM_LEASE = 30.0  # seconds for the doorbell of a batch to be answered
CALL_LEASE = 20.0  # seconds; the worker that makes the call renews it
CALL_LEASE_MS = round(CALL_LEASE * 1000)
ANSWER_SECONDS = 3.0  # in which a doorbell is answered, unless it is lost or all workers are busy
GRACE = 10.0  # seconds for workers to renew their leases after Redis was away; they do so every five


class Leases:
    """The leases of all batches on one server."""

    def __init__(self, client: redis.Redis, scripts: Scripts) -> None:
        self._client = client
        self._scripts = scripts

    def lapsed(self, connector: str, most: int = 20) -> list[tuple[str, int]]:
        """Take back batches after the end of their lease; return (batch, attempt) of those once begun."""
        return attempts(self._scripts.run("lapse", args=[connector, most, CALL_LEASE_MS]))

    def claimed(self, connector: str, most: int = 100) -> list[tuple[str, int]]:
        """Return (batch, attempt) of batches claimed and not begun."""
        members: Sequence[Any] = self._client.zrange(f"flying:{connector}", 0, most - 1)
        batches = list(map(decoded, members))
        with self._client.pipeline(transaction=False) as pipe:
            for batch in batches:
                pipe.hmget(f"batch:{batch}", "state", "attempt")
            found = zip(batches, pipe.execute(), strict=True)
        return [(batch, int(attempt)) for batch, (state, attempt) in found if state == b"claimed"]

    def unanswered(self, connector: str, most: int) -> list[tuple[str, int]]:
        """Return (batch, attempt) of batches claimed ANSWER_SECONDS ago, or earlier, and not begun."""
        args: list[Argument] = [connector, most, ms(CLAIM_LEASE - ANSWER_SECONDS)]
        return attempts(self._scripts.run("unanswered", args=args))

    def spare(self, connector: str) -> None:
        """Let the leases of begun batches that are over end later, for their workers could not renew them."""
        self._scripts.run("spare", args=[connector, ms(GRACE)])


def attempts(answer: Sequence[bytes]) -> list[tuple[str, int]]:
    """Read batches, each with its attempt, from the answer of a script."""
    return [(batch.decode(), int(attempt)) for batch, attempt in zip(answer[::2], answer[1::2], strict=True)]
