"""Stream turns: one run at a time for each source, in all processes (row_lease.py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from pipeline.stores.row_lease import RowLease
from pipeline.stores.stream_tables import streams
from pipeline.stores.turn_owner import new_owner
from pipeline.streams.stream_state import StreamState, write_state


@dataclass
class StreamTurn:
    """The right to change a stream; ``state`` is as this run has stored it."""

    engine: Engine
    lease: RowLease
    state: StreamState

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that raises Lost if another process has the turn."""
        with self.lease.writing() as connection:
            yield connection

    def write(self, **values: Any) -> None:
        """Store columns in a transaction of their own."""
        with self.writing() as connection:
            state = write_state(connection, self.state, **values)
        self.state = state


@contextmanager
def stream_turn(engine: Engine, source: str) -> Iterator[StreamTurn]:
    """Have the turn of a source for as long as the context lasts; raises Busy."""
    turn = take_turn(engine, source)
    try:
        with turn.lease.kept():
            yield turn
    finally:
        turn.lease.give_up(finished_at=datetime.now(UTC))


def take_turn(engine: Engine, source: str) -> StreamTurn:
    """Store this process as the owner of the turn; raises Busy while another one renews it."""
    lease = RowLease(engine, streams, source, new_owner(), f'run of source "{source}"')
    now = datetime.now(UTC)
    with engine.begin() as connection:
        stored = StreamState(**lease.claim(connection, started_at=now))
    return StreamTurn(engine, lease, replace(stored, owner=lease.owner, alive_at=now, started_at=now))
