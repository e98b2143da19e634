"""Stream turns: one run at a time for each source, in all processes.

The process that has the turn renews it every ten seconds. After a minute without renewal another process may
take it over, and at once if its owner was killed on the same machine. Each write of a run checks the owner in
its own transaction, so a process that was only asleep cannot go on.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import SQLAlchemyError

from pipeline.snapshots.run_lease import LEASE, RENEW_SECONDS, Busy, Lost
from pipeline.stores.stream_tables import streams
from pipeline.stores.turn_owner import is_gone, new_owner
from pipeline.stores.upsert import insert_new
from pipeline.streams.stream_state import StreamState, write_state
from pipeline.text.durations import spell

log = logging.getLogger(__name__)


@dataclass
class StreamTurn:
    """The right to change a stream; ``state`` is as this run has stored it."""

    engine: Engine
    state: StreamState

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that raises Lost if another process has the turn."""
        with self.engine.begin() as connection:
            if not self.alive(connection):
                raise Lost(f'the run of source "{self.state.source}" was taken over by another process')
            yield connection

    def alive(self, connection: Connection) -> bool:
        """Renew the turn; False if another process has it."""
        own = (streams.c.source == self.state.source, streams.c.owner == self.state.owner)
        change = update(streams).where(*own).values(alive_at=datetime.now(UTC))
        return connection.execute(change).rowcount > 0

    def write(self, **values: Any) -> None:
        """Store columns in a transaction of their own."""
        with self.writing() as connection:
            state = write_state(connection, self.state, **values)
        self.state = state


@contextmanager
def stream_turn(engine: Engine, source: str) -> Iterator[StreamTurn]:
    """Have the turn of a source for as long as the context lasts; raises Busy."""
    turn = StreamTurn(engine, claim(engine, source))
    ended = threading.Event()
    renewing = threading.Thread(target=renew, args=(turn, ended), name="stream turn", daemon=True)
    renewing.start()
    try:
        yield turn
    finally:
        ended.set()
        renewing.join()
        own = (streams.c.source == source, streams.c.owner == turn.state.owner)
        with engine.begin() as connection:
            values = {"owner": None, "finished_at": datetime.now(UTC)}
            connection.execute(update(streams).where(*own).values(values))


def claim(engine: Engine, source: str) -> StreamState:
    """Store this process as the owner of the turn; raises Busy while another one renews it."""
    owner, now = new_owner(), datetime.now(UTC)
    with engine.begin() as connection:
        insert_new(connection, streams, {"source": source})
        chosen = select(streams).where(streams.c.source == source).with_for_update()
        state = StreamState(**connection.execute(chosen).mappings().one())
        silent = (now - state.alive_at).total_seconds() if state.alive_at else 0.0
        if state.owner and silent < LEASE.total_seconds() and not is_gone(state.owner):
            raise Busy(busy(source, state.owner, silent))
        return write_state(connection, state, owner=owner, alive_at=now, started_at=now)


def busy(source: str, owner: str, silent: float) -> str:
    """Name the process that has the turn; ``silent``: seconds since its renewal."""
    process = owner.rpartition(" ")[0]
    return (
        f'a run of source "{source}" is under way (process {process}, heard of {spell(silent)} ago): '
        f"wait for its end; if it was killed, try again in {spell(LEASE.total_seconds() - silent)}"
    )


def renew(turn: StreamTurn, ended: threading.Event) -> None:
    """Renew the turn until ``ended``, also while one statement takes long."""
    while not ended.wait(RENEW_SECONDS):
        try:
            with turn.engine.begin() as connection:
                turn.alive(connection)
        except SQLAlchemyError as error:
            fields = {"source": turn.state.source, "error": type(error).__name__}
            log.warning("turn not renewed", extra=fields)
