"""Stray messages of Celery queues, which no task can run: counted by kind, an activation in one is kept.

Keys
    messages           hash of kind to how many there were, deleted when a day has passed without another
    messages:letters   list of dead letters to be written to SQL, as JSON, oldest first
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
import redis
from sqlalchemy import Engine

from pipeline.accept.stray_counts import KINDS
from pipeline.accept.unreadable import salvage
from pipeline.model.shard import SHARDS, shard_of
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from pipeline.stores.retrying import retrying
from pipeline.text.escapes import escaped

REMEMBERED = 86_400  # seconds after the last stray for which their numbers are shown
SIGNS = (b'"profile_id"', b"tasks.activation.activate")  # of an activation in an unreadable message
FURTHER_SIGNS = ("audience", "call_type", "identifiers")
MAX_VALUES = 100_000  # of a message that are looked at for activations
PAGE_LETTERS = 100
PAUSES = (0.05, 0.25, 1.0)  # seconds before each repeat of an append


class Strays:
    """Takes stray messages out of the way; needs Redis alone, so that a worker's main loop may call it."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def take_raw(self, raw: bytes) -> int | None:
        """Take a message without Celery's envelope; return the shard of an activation, None for the rest.

        A broken activation goes into the intake as well, and ends there as an ``Invalid`` dead letter.
        """
        activation = bare_activation(raw)
        if activation is None and not any(sign in raw for sign in SIGNS):
            self._count("unreadable")
            return None
        entry, profile = raw, None
        if activation is None:
            self._count("unreadable")
        else:  # an id, so that an append repeated after a lost answer counts once
            entry, profile = (
                json.dumps({"id": uuid.uuid4().hex, **activation}).encode(),
                activation["profile_id"],
            )
        shard = shard_of(profile) if isinstance(profile, str) else uuid.uuid4().int % SHARDS
        self._push(f"intake:{shard}", entry)
        return shard

    def set_aside(self, kind: str, identity: object, content: object) -> None:
        """Count a message that no task can run; the one activation in it becomes a dead letter.

        ``identity``: of the message, so that its letter is written once. ``content``: its body, decoded.
        """
        found = activations_in(content)
        if len(found) != 1:
            self._count(kind)
            return
        letter = json.dumps(asdict(letter_of(kind, identity, found[0])))
        self._push("messages:letters", letter)
        self._count(kind)

    def write_letters(self, engine: Engine) -> None:
        """Write the dead letters of strays to SQL; safe to repeat, for their ids follow from the messages."""
        while raws := self._client.lrange("messages:letters", 0, PAGE_LETTERS - 1):
            with engine.begin() as connection:
                dead_letters.store(connection, [DeadLetter(**json.loads(raw)) for raw in raws])
            with self._client.pipeline() as pipe:
                for raw in raws:
                    pipe.lrem("messages:letters", 1, raw)  # type: ignore[arg-type]  # bytes will do
                pipe.execute()

    def _push(self, key: str, value: str | bytes) -> None:
        """Append a value; if the answer is lost, again: both kinds carry an id, and count once."""
        retrying(
            lambda: self._client.rpush(key, value),
            passing=(redis.ConnectionError, redis.TimeoutError),
            pauses=PAUSES,
        )

    def _count(self, kind: str) -> None:
        with self._client.pipeline() as pipe:
            pipe.hincrby("messages", kind, 1)
            pipe.expire("messages", REMEMBERED)
            pipe.execute()


def bare_activation(raw: bytes) -> dict[str, Any] | None:
    """Return an activation that was pushed without an envelope; None for anything else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and is_activation(found) else None


def letter_of(kind: str, identity: object, activation: Mapping[str, Any]) -> DeadLetter:
    """Write the dead letter of the one activation in a stray message."""
    raw = json.dumps(activation).encode()
    named = salvage(raw)
    return DeadLetter(
        id=dead_letters.letter_id("message", repr(identity), escaped(raw)),
        connector=None,
        destination=None,
        audience=named.audience,
        profile_id=named.profile_id,
        code="Invalid",
        detail=f"it came in {KINDS[kind]}",
        activation=escaped(raw),
    )


def activations_in(content: object) -> Sequence[dict[str, Any]]:
    """Return the activations in a decoded message, however deep they are; at most two."""
    found: list[dict[str, Any]] = []
    left: list[Iterator[object]] = [iter([content])]
    looked_at = 0
    while left and len(found) < 2 and looked_at < MAX_VALUES:
        value = next(left[-1], left)
        looked_at += 1
        if value is left:
            left.pop()
        elif isinstance(value, dict) and is_activation(value):
            found.append(value)
        else:
            left.append(parts_of(value))
    return found


def parts_of(value: object) -> Iterator[object]:
    """Return the values of an object or a list; none for any other value."""
    if isinstance(value, dict):
        return iter(value.values())
    return iter(value if isinstance(value, list | tuple) else ())


def is_activation(value: dict[Any, Any]) -> bool:
    """Tell whether an object is meant as an activation, valid or not."""
    return "profile_id" in value and not value.keys().isdisjoint(FURTHER_SIGNS)


def decoded(body: bytes | str | None, content_type: str | None) -> object:
    """Decode the body of a message as far as that is safe: JSON and MessagePack; None for anything else."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body or b""
    try:
        if content_type == "application/x-msgpack":
            return msgspec.msgpack.decode(raw)
        return json.loads(raw)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return None
