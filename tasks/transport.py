"""A worker's way to Redis when the server is full, or does not serve now.

kombu takes a message off its queue and then notes that it did. A full server refuses the note: the message
would be gone, and the worker would end. With our client (pipeline/stores/redis_client.py) the note is taken;
to a server that takes no change at all the worker connects again until it does.

A message that is acknowledged while the server takes no change keeps its place among those that a worker may
have at once, for good: after such messages have taken all places, the worker fetches nothing until it is
started again. Here the place is free again; the message comes once more after ``visibility_timeout``, which
does no harm.

Messages lost in Redis are kombu#305, open since 2014 and in kombu 5.7.0 too: this file can go with a version
that takes a message and notes it in one step, frees its place whatever acknowledging it raises, and connects
again after MISCONF and READONLY. It reaches into ``Channel._get_client``, ``_connparams`` and ``QoS``.
"""

import logging
from typing import Any

import redis
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.transport import redis as kombu_redis
from kombu.utils.json import dumps

from pipeline.stores.redis_client import Parser
from tasks.envelopes import OF_MESSAGE, EnvelopeClient, complete, set_aside

log = logging.getLogger(__name__)

CHECKED_WITH = {"kombu": "5.7.0"}


class QoS(kombu_redis.QoS):
    """The messages that a worker has and has not acknowledged."""

    def ack(self, delivery_tag: Any) -> None:
        """Acknowledge a message; if the server refuses that, its place is free all the same."""
        try:
            super().ack(delivery_tag)
        except redis.RedisError:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        """Reject a message; if the server refuses that, its place is free all the same."""
        try:
            super().reject(delivery_tag, requeue)
        except redis.RedisError:
            virtual.QoS.ack(self, delivery_tag)
            raise


class WithOurClient:
    """Our client, in a channel of kombu's."""

    QoS = QoS

    def _get_client(self) -> type[redis.Redis]:
        return EnvelopeClient

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        parameters: dict[str, Any] = super()._connparams(asynchronous)  # type: ignore[misc]
        return {**parameters, "parser_class": Parser}


class Channel(WithOurClient, kombu_redis.Channel):
    """A channel to one server."""


class SentinelChannel(WithOurClient, kombu_redis.SentinelChannel):
    """A channel to the primary that Sentinels name."""


class Transport(kombu_redis.Transport):
    """The transport of that channel."""

    Channel = Channel
    # Celery ends its worker at any error that is none of these: at a queue of another type, or at a code that
    # a later server brings.
    connection_errors = (*kombu_redis.Transport.connection_errors, redis.ResponseError)

    def _deliver(self, message: Any, queue: str) -> None:
        """Hand a message to its consumer; a message without envelope, also of a broadcast, ends nothing."""
        try:
            if complete(message, queue) is not None:
                super()._deliver(message, queue)
        except self.connection_errors + self.channel_errors:
            raise
        except OF_MESSAGE as error:
            log.error("message not delivered", extra={"queue": queue, "error": type(error).__name__})
            set_aside(dumps(message).encode(), queue)


class SentinelTransport(Transport):
    """The transport of a Sentinel URL."""

    default_port = kombu_redis.SentinelTransport.default_port
    Channel = SentinelChannel


def install() -> None:
    """Use the transports in this process, under names that Flower knows."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
    TRANSPORT_ALIASES["sentinel"] = f"{__name__}:SentinelTransport"
