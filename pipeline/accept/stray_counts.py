"""Kinds of stray messages (strays.py), and how many of each there were lately."""

from collections.abc import Mapping

import redis

# By kind, the words of a dead letter for the message that the activation came in.
KINDS: Mapping[str, str] = {
    "unreadable": "a Celery message that cannot be read",
    "unknown_task": "a Celery message for a task that does not exist",
    "wrong_arguments": "a Celery message with other arguments than its task takes",
    "other_serializer": "a Celery message that is not JSON",
    "expired": "a Celery message that expired before a worker took it",
    "unrouted": "a Celery message in a queue that no worker takes",
}


def stray_counts(client: redis.Redis) -> dict[str, int]:
    """Return how many there were lately, by kind."""
    counted = client.hmget("messages", list(KINDS))
    return {kind: int(amount or 0) for kind, amount in zip(KINDS, counted, strict=True)}
