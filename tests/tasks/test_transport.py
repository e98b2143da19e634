"""tasks.transport: a worker's place for a message, whatever Redis says to its acknowledgement."""

from contextlib import closing

import pytest
from celery import Celery
from redis.client import Pipeline

from pipeline.stores.broker import celery_settings
from pipeline.stores.unready import ReadOnlyReplica
from tasks import transport

PREFETCH = 2


@pytest.fixture
def channel(redis, server_url):
    """A channel of a worker that may have two messages at once."""
    transport.install()
    app = Celery("places", set_as_current=False)
    app.conf.update(celery_settings(server_url))
    with app.connection_for_read() as connection, closing(connection.channel()) as channel:
        channel.basic_qos(0, PREFETCH, False)
        yield channel


@pytest.mark.parametrize("way", ["basic_ack", "basic_reject"])
def test_a_message_that_a_replica_does_not_let_go_keeps_no_place(redis, channel, monkeypatch, way):
    """A worker whose places are all taken fetches nothing, and no error tells it to connect again."""
    queue = channel.connection.client.SimpleQueue("activations", channel=channel)
    for number in range(PREFETCH):
        queue.put(number)
    messages = [queue.get(timeout=60) for _ in range(PREFETCH)]
    assert not channel.qos.can_consume()

    def refuse(*_, **__):
        raise ReadOnlyReplica("You can't write against a read only replica.")

    with monkeypatch.context() as demoted:
        demoted.setattr(Pipeline, "execute", refuse)
        for message in messages:
            with pytest.raises(ReadOnlyReplica):
                getattr(channel, way)(message.delivery_tag)

    assert channel.qos.can_consume()
    assert redis.hlen("unacked") == PREFETCH  # they come again
