"""Stream outbox: activations of pages are appended to the intake, each exactly once.

A chunk has a number in a series; the number of the last of a few is stored in the transaction that deletes
their activations, and which activations are in which chunk before the first is appended (outgoing_cut.py). A
run that stopped in between is followed by one that appends the same activations under the same numbers, which
``append.lua`` recognises for a day. A series begins with a run that finds nothing left over: after a backup
was put back, numbers that Redis has seen are not used for other activations.
"""

import logging
from collections.abc import Iterable, Sequence
from itertools import chain

from msgspec import MsgspecError
from msgspec.json import Decoder
from sqlalchemy import ColumnElement, Connection, delete, select

from pipeline.model.activation import Activation, Invalid, decode, encode
from pipeline.produce.appender import Appender
from pipeline.produce.chunk import MAX_ENTRIES, Chunk, with_fields
from pipeline.produce.series import Series, random_name
from pipeline.stores.database import reading
from pipeline.stores.sqlite_blocks import insert_blocks
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.outgoing_cut import Cut, Row, cut_again, cut_anew
from pipeline.streams.record_store import MARK
from pipeline.streams.stream_state import write_state
from pipeline.streams.stream_turn import StreamTurn

log = logging.getLogger(__name__)

AT_ONCE = 4 * MAX_ENTRIES  # activations that are noted as appended in one transaction
NAMED = 20  # people in one line of the log
BULK = ',"bulk":true'
NEXT = f"SELECT number, body FROM outgoing WHERE source = {{mark}} ORDER BY number LIMIT {AT_ONCE}"


class StreamOutbox:
    """Appends the activations of one source in ``outgoing``."""

    def __init__(self, turn: StreamTurn, appender: Appender, *, withheld: bool = False) -> None:
        """``withheld``: nothing that pages lead to is appended before ``release``."""
        self._turn = turn
        self._appender = appender
        self._withheld = withheld
        self.sent = 0

    def begin(self) -> None:
        """Append the activations left over by an earlier run, then begin a series; raises AppendFailed.

        Activations that an earlier run withheld stay, in its series: some may be appended and not noted.
        """
        if self._turn.state.changing:
            return
        self._append_all()
        self._turn.write(series=random_name(), chunk=0)

    def drain(self) -> None:
        """Append all that is there, unless it is withheld; raises AppendFailed."""
        if not self._withheld:
            self._append_all()

    def release(self) -> None:
        """Append all that is there, and withhold nothing from now on; raises AppendFailed."""
        self._withheld = False
        self._append_all()

    def _append_all(self) -> None:
        shards: set[int] = set()
        while cut := self._cut_left_over() or self._new_cut():
            for chunk in cut.chunks:
                shards |= self._appender.append_chunk(chunk)
                self.sent += len(chunk.entries)
            self._note(cut)
        self._appender.ring(shards)

    def _cut_left_over(self) -> Cut | None:
        """Return the cut that an earlier run has stored and not noted."""
        state = self._turn.state
        if not state.cut:
            return None
        first, last = state.cut[0][0][0], state.cut[-1][-1][-1]
        chosen = select(outgoing.c.number, outgoing.c.body).where(self._between(first, last))
        with reading(self._turn.engine) as connection:
            found = connection.execute(chosen.order_by(outgoing.c.number))
            rows = [(number, body) for number, body in found]
        return cut_again(rows, state.cut, self._new_chunk, state.chunk)

    def _new_cut(self) -> Cut | None:
        """Cut the next activations and store the cut; None: there are none."""
        with reading(self._turn.engine) as connection:
            query = NEXT.format(mark=MARK[connection.dialect.name])
            found = connection.exec_driver_sql(query, (self._turn.state.source,))
            rows: Sequence[Row] = found.cursor.fetchall()
        if not rows:
            return None
        cut = cut_anew(rows, self._new_chunk, self._turn.state.chunk)
        self._turn.write(cut=cut.ranges)
        return cut

    def _between(self, first: int, last: int) -> ColumnElement[bool]:
        return (outgoing.c.source == self._turn.state.source) & outgoing.c.number.between(first, last)

    def _new_chunk(self, number: int) -> Chunk:
        return self._appender.new_chunk(Series(self._turn.state.series, number, pooled=False))

    def _note(self, cut: Cut) -> None:
        """Delete the activations of a cut that was appended, with the number of its last chunk."""
        with self._turn.writing() as connection:
            for first, last in chain.from_iterable(cut.ranges):
                connection.execute(delete(outgoing).where(self._between(first, last)))
            chunk = self._turn.state.chunk + len(cut.ranges)
            state = write_state(connection, self._turn.state, chunk=chunk, cut=None)
        self._turn.state = state


read_stored = Decoder(Activation).decode  # of bodies that were checked


def put_outgoing(
    connection: Connection, source: str, activations: Iterable[Activation], *, bulk: bool
) -> tuple[int, int]:
    """Store activations to append; return the number stored, and the number that no intake would take.

    ``bulk``: real-time rows go before them, as before those of a snapshot. The log names the people of the
    refused ones.
    """
    rows, refused = [], []
    for activation in activations:
        body = encode(activation)
        try:
            decode(body)
        except (Invalid, MsgspecError):
            refused.append(activation.profile_id)
            continue
        rows.append((source, with_fields(body, BULK if bulk and not activation.bulk else "")))
    if refused:
        fields = {"source": source, "refused": len(refused), "people": refused[:NAMED]}
        log.warning("activations refused", extra=fields)
    into = "INSERT INTO outgoing (source, body) VALUES"
    if connection.dialect.name == "sqlite":
        insert_blocks(connection, f"{into} {{rows}}", "(?, ?)", rows)
    elif rows:
        connection.exec_driver_sql(f"{into} (%s, %s)", rows)
    return len(rows), len(refused)
