"""Withheld changes: activations that waited until a person agreed are decided anew before they go out.

Before a chunk of it is appended: a chunk that is repeated has the same activations.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from pipeline.model.activation import Activation, encode
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.pairing import Pairing
from pipeline.streams.stream_outbox import read_stored
from pipeline.streams.stream_turn import StreamTurn

AT_ONCE = 500  # activations

Stored = Sequence[tuple[int, Activation]]  # by number


def decide_anew(turn: StreamTurn, pairing: Pairing | None) -> None:
    """Let a pair decide about all that waits with a source, page by page."""
    last = 0
    while pairing is not None:
        with turn.writing() as connection:
            stored = next_waiting(connection, turn.state.source, last)
            if not stored:
                return
            replace_stored(connection, stored, pairing.decide_anew(connection, [one for _, one in stored]))
        last = stored[-1][0]


def next_waiting(connection: Connection, source: str, after: int) -> Stored:
    """Return the next activations of a source that wait."""
    own = (outgoing.c.source == source) & (outgoing.c.number > after)
    query = select(outgoing.c.number, outgoing.c.body).where(own).order_by(outgoing.c.number).limit(AT_ONCE)
    return [(row.number, read_stored(row.body.encode())) for row in connection.execute(query)]


def replace_stored(connection: Connection, stored: Stored, renewed: Sequence[Activation]) -> None:
    """Put activations in the place of those that differ; an update without a variable goes."""
    pairs = [(number, one) for (number, old), one in zip(stored, renewed, strict=True) if one != old]
    emptied = {number for number, one in pairs if not one.variables and one.call_type == "UPDATE"}
    if emptied:
        connection.execute(delete(outgoing).where(outgoing.c.number.in_(emptied)))
    rows = [{"old": number, "body": encode(one).decode()} for number, one in pairs if number not in emptied]
    if rows:
        connection.execute(update(outgoing).where(outgoing.c.number == bindparam("old")), rows)
