"""Messages without Celery's envelope do not end a worker: celery#7975, kombu#2421.

kombu 5.7.0 decodes messages outside of any ``try``: one ``LPUSH activations hello`` ends the
worker that fetches it. Here each message is looked at before kombu sees it; a message that lacks only a tag
or its place gets one, and any other broken message is set aside. This file can go with a version that
survives tests/tasks/test_envelopes.py without it. It needs ``Redis.parse_response`` as the reader of BRPOP.
"""

import logging
import uuid
from typing import Any

from kombu.transport.virtual import Channel as VirtualChannel
from kombu.utils.json import loads

from pipeline.runtime.worker import runtime
from pipeline.stores.redis_client import RedisClient
from schemas.activation_fields import encodable

CHECKED_WITH = {"kombu": "5.7.0"}

log = logging.getLogger(__name__)

# Raised by reading a message; other errors come of the worker itself, such as a pool that is closed.
OF_MESSAGE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
SEPARATOR = "\x06\x16"  # between the name of a queue and a priority


class EnvelopeClient(RedisClient):
    """Reads messages from queues; those that are no JSON it sets aside, as if the queue were empty."""

    def parse_response(self, connection: Any, command_name: str, **options: Any) -> Any:
        """Read an answer."""
        answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        if command_name != "BRPOP" or not answer:
            return answer
        queue, raw = answer
        return answer if is_message(raw, queue_of(queue)) else None


def is_message(raw: bytes, queue: str) -> bool:
    """Tell whether kombu can read a message; if not, set it aside."""
    try:
        usable = complete(loads(raw.decode()), queue) is not None
    except Exception:  # noqa: BLE001 -- kombu's JSON calls functions that a message names
        usable = False
    if not usable:
        set_aside(raw, queue)
    return usable


def set_aside(raw: bytes, queue: str) -> None:
    """Take a message out of the way: into the intake if it is an activation, else only its number is kept."""
    shard = runtime().strays.take_raw(raw)
    log.error(
        "message without envelope", extra={"queue": queue, "bytes": len(raw), "kept": shard is not None}
    )
    if shard is not None:
        runtime().doorbell.ring_accept(shard)


def complete(message: Any, queue: str) -> Any:
    """Return a message with all that kombu needs of its envelope; None if it has none, or no body."""
    if not isinstance(message, dict) or not isinstance(message.get("properties"), dict):
        return None
    properties = message["properties"]
    if not isinstance(message.get("headers") or {}, dict) or not has_body(message, properties):
        return None
    message["headers"] = message.get("headers") or {}
    if not properties.get("delivery_tag") or not is_text(properties["delivery_tag"]):
        properties["delivery_tag"] = str(uuid.uuid4())
    info = properties.get("delivery_info")
    place = {"exchange": "", "routing_key": queue}
    names = [is_text(info.get(name)) for name in place] if isinstance(info, dict) else [False]
    properties["delivery_info"] = info if all(names) else place
    return message


def has_body(message: dict[str, Any], properties: dict[str, Any]) -> bool:
    """Tell whether the body of a message can be taken out of its envelope."""
    body, encoding = message.get("body"), properties.get("body_encoding")
    if not isinstance(body, str):
        return False
    if encoding:
        VirtualChannel.codecs[encoding].decode(body)
    return True


def is_text(value: Any) -> bool:
    """Tell whether a value is text that Redis takes: without halves of surrogate pairs."""
    return isinstance(value, str) and encodable(value)


def queue_of(key: bytes | str) -> str:
    """Return the queue that a list belongs to, whatever its priority."""
    name = key.decode("utf-8", "replace") if isinstance(key, bytes) else key
    return name.partition(SEPARATOR)[0]
