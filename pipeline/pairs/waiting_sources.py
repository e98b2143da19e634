"""Waiting sources: their changes wait for a person's consent, and so does all that is written by them."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from pipeline.model.activation import Activation
from pipeline.stores.stream_tables import streams
from pipeline.streams.stream_outbox import put_outgoing


def without_waiting(
    connection: Connection, source: str, fed: Sequence[tuple[str, Activation]]
) -> list[Activation]:
    """Return the activations that go out with a run of a source; those of a waiting one are put to it.

    ``fed``: activations with the source of their audience.
    """
    others = {feeding for feeding, _ in fed} - {source}
    waits = streams.c.source.in_(others) & (streams.c.changing > 0)
    waiting = list(connection.scalars(select(streams.c.source).where(waits))) if others else []
    for name in waiting:
        put_outgoing(
            connection, name, [activation for feeding, activation in fed if feeding == name], bulk=False
        )
    return [activation for feeding, activation in fed if feeding not in waiting]
