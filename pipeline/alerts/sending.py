"""Sending: a message is claimed, tried once, and its fate is written."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from pipeline.alerts import channels, messages
from pipeline.alerts.bodies import body_of_test, new_id
from pipeline.alerts.failure import NotDelivered
from pipeline.alerts.messages import Message
from pipeline.model.channel import Channel

MAX_SECONDS = 10.0  # after which a thread begins with no further message

LoadChannels = Callable[[], Mapping[str, Channel]]


def deliver(engine: Engine, load: LoadChannels, identity: str) -> str:
    """Try to deliver a message, and after it the further ones that are due to its channel.

    Returns the outcome of the first. Stops at a failure, or after ``MAX_SECONDS``.
    """
    message = messages.claim(engine, identity)
    if message is None:
        return f"{identity}: nothing to do, or another process is at it"
    known, until = load(), time.monotonic() + MAX_SECONDS
    failure = attempt(engine, known, message)
    following = None if failure else next_message(engine, message.channel)
    while following is not None and not attempt(engine, known, following):
        following = next_message(engine, message.channel) if time.monotonic() < until else None
    return f"{identity}: {failure or 'delivered'}"


def attempt(engine: Engine, known: Mapping[str, Channel], message: Message) -> str:
    """Try once and write the fate; return why it failed, "" if it did not."""
    channel = known.get(message.channel)
    if channel is None:
        messages.give_up(engine, message, "the channel was removed")
        return "the channel was removed"
    try:
        channels.send(channel, message)
    except NotDelivered as error:
        messages.note_failed(engine, message, str(error))
        return str(error)
    messages.note_delivered(engine, message)
    return ""


def next_message(engine: Engine, channel: str) -> Message | None:
    """Claim the next message to a channel that is due."""
    for waiting in messages.due(engine):
        if waiting.channel == channel:
            return messages.claim(engine, waiting.id)
    return None


def send_test(engine: Engine, channel: Channel, web_url: str) -> dict[str, Any]:
    """Send a message to try a channel, once; return ``{"ok", "text"}``."""
    identity, now = new_id(), datetime.now(UTC)
    body = body_of_test(identity, channel.name, now, web_url)
    message = messages.begin_test(engine, identity, channel.name, body, now)
    try:
        channels.send(channel, message)
    except NotDelivered as error:
        messages.give_up(engine, message, str(error))
        return {"ok": False, "text": f'channel "{channel.name}" did not take the test: {error}'}
    messages.note_delivered(engine, message)
    return {"ok": True, "text": f'channel "{channel.name}" took the test'}
