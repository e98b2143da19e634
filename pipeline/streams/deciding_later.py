"""Deciding later: records that a follower put off and that are due are decided after the last page."""

from pipeline.model.record_reader import RecordLookup
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.stream_outbox import StreamOutbox, put_outgoing
from pipeline.streams.stream_turn import StreamTurn


def decide_later(turn: StreamTurn, outbox: StreamOutbox, taking: PageTaking, lookup: RecordLookup) -> None:
    """Let the follower decide until nothing is due, and append the activations that follow."""
    while taking.follower.read_ahead(turn.engine, lookup):
        with turn.writing() as connection:
            following = taking.follower.decide_later(connection)
            stored, refused = put_outgoing(connection, taking.source, following, bulk=False)
        taking.counts.activations += stored
        taking.counts.refused += refused
        outbox.drain()
