"""Event points: the events that scores count, by handle.

Stored events have no index of handles, which each landing would pay for. So a source with scores copies
their keys before it reads pages: many at a time, in the order in which the table keeps them. ``choice`` of
its stream tells which types are copied, of how many seconds, and up to which id; when a rule wants more, all
are copied anew.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import msgspec
from sqlalchemy import Connection, delete

from pipeline.model.event_flags import FAILED
from pipeline.model.feeds import FAILED_RECEIPT
from pipeline.stores.stream_tables import event_points
from pipeline.streams.event_choice import words_of
from pipeline.streams.event_reader import EventReader
from pipeline.streams.event_variables import DAY
from pipeline.streams.record_store import MARK
from pipeline.streams.stream_state import StreamState, write_state
from pipeline.streams.stream_turn import StreamTurn

AT_ONCE = 200_000  # ids
# Compared with || '', for SQLite would read all webhooks of the connector for each event.
COPY_ROWS = """
    INSERT INTO event_points (source, handle, captured, event, type)
    SELECT {source}, e.handle, e.captured, e.id, {type}
    FROM responsys_events e JOIN event_feeds f ON f.id = e.feed
    WHERE e.id > {mark} AND e.id <= {mark} AND e.captured > {mark} AND e.captured <= {mark} AND {choice}
        AND NOT EXISTS (
            SELECT 1 FROM hook_events t WHERE t.event = e.id AND t.connector || '' = {mark} AND NOT t.late
        )
    ORDER BY e.handle, e.captured, e.id
    ON CONFLICT DO NOTHING
"""
COPY_HOOKS = """
    INSERT INTO event_points (source, handle, captured, event, type)
    SELECT {source}, t.handle, t.captured, -t.id, t.word
    FROM hook_events t
    WHERE t.id > {mark} AND t.id <= {mark} AND t.captured > {mark} AND t.captured <= {mark}
        AND t.connector || '' = {mark} AND NOT t.late AND t.word IN ({types})
    ON CONFLICT DO NOTHING
"""
TYPE = f"CASE WHEN (e.flags & {FAILED}) <> 0 THEN '{FAILED_RECEIPT}' ELSE f.word END"
SOURCE = {"sqlite": "?", "postgresql": "%s::text"}


@dataclass(frozen=True)
class PointsCover:
    """The events that are copied, and the followers for which those before them were read."""

    types: tuple[str, ...] = ()
    seconds: float = 0  # before the present
    rows: int = 0  # id of the last event of a file
    hooks: int = 0  # id of the last event of a webhook
    day: int = 0  # of the last tidying, since the epoch
    caught_up: tuple[str, ...] = ()

    def serves(self, wanted: "PointsCover") -> bool:
        """Tell whether it has all types and the time that another one has."""
        return {*wanted.types} <= {*self.types} and wanted.seconds <= self.seconds


@dataclass
class EventPoints:
    """Copies the events that the scores of one source count; ``wanted``: their types and seconds."""

    wanted: PointsCover
    files: EventReader
    clock: Callable[[], float] = time.time

    def prepare(self, turn: StreamTurn, rows: int, hooks: int) -> None:
        """Copy the wanted events up to two ids, some at a time, and forget those that are too old."""
        cover, today = read_cover(turn.state), int(self.clock()) // DAY
        if not self.wanted.types:
            if cover.types:
                self._forget(turn, PointsCover(caught_up=cover.caught_up))
            return
        if not cover.serves(self.wanted):
            cover = self._forget(turn, replace(self.wanted, day=today, caught_up=cover.caught_up))
        elif cover.day != today:
            cover = self._forget(turn, replace(cover, day=today), self.clock() - cover.seconds)
        while cover.rows < rows or cover.hooks < hooks:
            upto = min(rows, cover.rows + AT_ONCE)
            with turn.writing() as connection:
                written = self.copy(connection, turn.state, rows=upto, hooks=hooks)
                state = write_state(connection, turn.state, choice=written)
            turn.state, cover = state, read_cover(state)

    def copy(self, connection: Connection, state: StreamState, *, rows: int = 0, hooks: int = 0) -> str:
        """Copy the events that follow, up to two ids; return the text for ``choice``."""
        cover = read_cover(state)
        if not cover.types:
            return state.choice
        if rows > cover.rows:
            self._copy_rows(connection, cover, rows)
        if hooks > cover.hooks:
            types = ", ".join(f"'{word}'" for word in cover.types)
            self._copy(connection, COPY_HOOKS, cover, (cover.hooks, hooks), types=types)
        return write_cover(replace(cover, rows=max(rows, cover.rows), hooks=max(hooks, cover.hooks)))

    def _copy_rows(self, connection: Connection, cover: PointsCover, upto: int) -> None:
        choice, words = self.files.choice(connection), words_of(cover.types)
        feeds = frozenset(number for number, word in choice.words.items() if word in words)
        condition = replace(choice, feeds=feeds).condition
        self._copy(connection, COPY_ROWS, cover, (cover.rows, upto), type=TYPE, choice=condition)

    def _copy(
        self, connection: Connection, query: str, cover: PointsCover, span: tuple[int, int], **parts: str
    ) -> None:
        """Copy the events between two ids."""
        now, dialect, source = int(self.clock()), connection.dialect.name, self.files.source
        text = query.format(source=SOURCE[dialect], mark=MARK[dialect], **parts)
        values = (source.name, *span, int(now - cover.seconds), now + DAY, source.connector)
        connection.exec_driver_sql(text, values)

    def _forget(self, turn: StreamTurn, cover: PointsCover, before: float | None = None) -> PointsCover:
        """Delete points, all or those before a time, and note the cover."""
        points = event_points.c
        old = delete(event_points).where(points.source == turn.state.source)
        with turn.writing() as connection:
            connection.execute(old if before is None else old.where(points.captured < before))
            state = write_state(connection, turn.state, choice=write_cover(cover))
        turn.state = state
        return cover


def read_cover(state: StreamState) -> PointsCover:
    """Return the cover of a stream."""
    return msgspec.json.decode(state.choice, type=PointsCover) if state.choice else PointsCover()


def write_cover(cover: PointsCover) -> str:
    """Return the text for ``choice``; "" if no type is copied and no copy has caught up."""
    return msgspec.json.encode(asdict(cover)).decode() if cover.types or cover.caught_up else ""
