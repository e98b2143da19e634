"""State of a stream: its mark, the reading from the beginning that is under way, and its last run."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from pipeline.model.record_reader import Position
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import streams


@dataclass(frozen=True)
class StreamState:
    """A row of ``streams``."""

    source: str
    org: str = ""
    mark_stamp: int | None = None
    mark_id: str = ""
    full_number: int = 0
    full_stamp: int | None = None
    full_id: str = ""
    full_at: datetime | None = None
    series: str = ""
    chunk: int = 0
    owner: str | None = None
    alive_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    succeeded_at: datetime | None = None
    trouble: str = ""
    numbers: Any = None
    choice: str = ""
    changing: int = 0
    cut: Any = None  # ranges of each chunk that is being appended
    resending: bool = False  # the reading from the beginning sends everybody

    @property
    def mark(self) -> Position:
        """The place up to which all is taken, as far as the org shows it."""
        return Position(self.mark_stamp or 0, self.mark_id)

    @property
    def full(self) -> Position | None:
        """The place that a reading from the beginning has come to; None: none is under way."""
        return None if self.full_stamp is None else Position(self.full_stamp, self.full_id)

    @property
    def is_baseline(self) -> bool:
        """Whether not all records were read once: nothing is new yet."""
        return self.full_at is None


def read_state(engine: Engine, source: str) -> StreamState | None:
    """Return the state of a stream; None: it never ran."""
    return read_states(engine).get(source)


def read_states(engine: Engine) -> dict[str, StreamState]:
    """Return the states of all streams that ever ran."""
    with reading(engine) as connection:
        rows = connection.execute(select(streams)).mappings().all()
    return {row["source"]: StreamState(**row) for row in rows}


def write_state(connection: Connection, state: StreamState, **values: Any) -> StreamState:
    """Store columns of a stream, and return its state with them."""
    connection.execute(update(streams).where(streams.c.source == state.source).values(values))
    return replace(state, **values)
