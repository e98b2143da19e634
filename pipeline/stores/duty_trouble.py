"""Duties of a worker that fail, told to the status for as long as they do.

Keys
    note:duty:{duty}   why a worker could not do it; there until it succeeds, or no worker tries any more
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import redis

from pipeline.errors import Misconfigured
from pipeline.stores.broker import decoded

# Each duty with the sentence for the status while it fails, after "a worker cannot".
DUTIES = {
    "records": "read the records",
    "catalog": "publish the records to a Redis that was emptied",
    "intake": "ring for the intake",
    "batches": "take back batches whose worker is gone",
    "unanswered": "ring again for batches that no worker has begun",
    "dispatch": "send off batches",
    "leases": "renew the leases of its calls",
    "numbers": "write its numbers to SQL",
    "prune": "delete what is older than the days to keep",
    "limits": "have the limits of accounts read",
    "messages": "write dead letters of messages that cannot run",
    "operations": "go on with operations that lost their worker",
    "sources": "start the runs of sources",
    "imports": "start the runs of imports",
    "emails": "have e-mails without an answer looked up",
    "schemas": "have schemas compared",
    "alerts": "look at the rules of alerts",
}
NOTE_SECONDS = 15  # longer than between two tries of a duty that is done at every beat
MAX_REASON = 600  # characters


@dataclass(frozen=True)
class DutyTrouble:
    """A duty that a worker could not do a moment ago, and why."""

    duty: str
    reason: str


def leave(client: redis.Redis, duty: str, error: Exception, interval: float = 0) -> None:
    """Note that a duty failed; ``interval``: the seconds between two tries."""
    with suppress(redis.RedisError):
        client.set(f"note:duty:{duty}", reason(error), ex=round(interval) + NOTE_SECONDS)


def clear(client: redis.Redis, duty: str) -> None:
    """Delete the note of a duty that could be done."""
    with suppress(redis.RedisError):
        client.delete(f"note:duty:{duty}")


def reason(error: Exception) -> str:
    """Return the text of an error that a person must put right, else its name: the rest may quote values."""
    text = str(error) if isinstance(error, Misconfigured) else type(error).__name__
    return " ".join(text.split())[:MAX_REASON]


def read(client: redis.Redis) -> Sequence[DutyTrouble]:
    """Return the duties that some worker could not do a moment ago."""
    notes = client.mget([f"note:duty:{duty}" for duty in DUTIES])
    return [DutyTrouble(duty, decoded(note)) for duty, note in zip(DUTIES, notes, strict=True) if note]
