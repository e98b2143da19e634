"""Erase activations that were sent as Celery messages and that no worker has left in the intake yet.

Keys
    activations   list of messages as kombu writes them, and one for each further priority; newest first
    celery        the same: Celery's default queue
    unacked       hash of messages that workers have, in JSON with where they came from
"""

import base64
import json
from typing import Any

import msgspec
import redis

from pipeline.operate.erasure.found import Found
from pipeline.operate.erasure.ownership import is_of
from pipeline.stores.broker import DEFAULT_QUEUE

QUEUES = [
    f"{queue}{priority}"
    for queue in ("activations", DEFAULT_QUEUE)
    for priority in ("", "\x06\x163", "\x06\x166", "\x06\x169")
]
TASK = "tasks.activation.activate"
CHUNK_MESSAGES = 500


def erase(client: redis.Redis, profile: str, found: Found, *, only_count: bool) -> None:
    """Take messages with this profile's activations out of the queue."""
    for queue in QUEUES:
        for raw in newest_first(client, queue):
            if carries(profile, raw):
                found.add("messages", 1 if only_count else int(client.lrem(queue, 1, raw)))
    held = sum(carries(profile, json.dumps(json.loads(raw)[0])) for _, raw in client.hscan_iter("unacked"))
    if held:
        found.not_erased.append("a Celery message is in a worker's hands")


def newest_first(client: redis.Redis, queue: str) -> Any:
    """Give all messages; those that come nearer to the end of the queue meanwhile are met later."""
    for end in range(int(client.llen(queue)), 0, -CHUNK_MESSAGES):
        yield from client.lrange(queue, -end, -max(1, end - CHUNK_MESSAGES + 1))


def carries(profile: str, raw: bytes | str) -> bool:
    """Tell whether a message carries an activation of the profile."""
    try:
        message = json.loads(raw)
        if message["headers"].get("task", TASK) != TASK:
            return False
        return is_of(profile, msgspec.json.encode(activation_in(message)))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return is_of(profile, raw.encode() if isinstance(raw, str) else raw)  # without an envelope


def activation_in(message: dict[str, Any]) -> Any:
    """Return the argument of the task, from either protocol of Celery."""
    encoded = message["properties"].get("body_encoding") == "base64"
    body = json.loads(base64.b64decode(message["body"]) if encoded else message["body"])
    args, kwargs = body[:2] if isinstance(body, list) else (body["args"], body["kwargs"])
    return args[0] if args else kwargs["activation"]
