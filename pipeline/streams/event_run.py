"""A run of a source of events: those that were stored since the last run go to its followers, page by page.

Ids are given in the order in which events become visible, so a mark is the id of the last one taken: one for
events of files, one for those of webhooks. At the first run the marks move to the newest events, and nothing
fires; older ones are read only for followers that want existing events. Followers that catch up have them
read once more when they, or further types, are new to the source.

| Where it stops | Then |
|---|---|
| in a page, before its commit | rolled back: entries, activations and mark; the same page again |
| page committed, not appended | the next run appends it first |
| appended, not noted | appended again under the same number, which is recognised for a day |
| copying events for scores | goes on after the last part that was committed, before any page |
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from pipeline.model.activation import Activation
from pipeline.model.source_record import SourceRecord
from pipeline.produce.appender import Appender
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_folds
from pipeline.stores.sqlite import give_room
from pipeline.streams.catching_up import catch_up, is_behind
from pipeline.streams.event_lookup import EventLookup
from pipeline.streams.event_marks import place_at, place_of
from pipeline.streams.event_points import EventPoints
from pipeline.streams.event_reader import EventReader
from pipeline.streams.event_variables import DAY, MS
from pipeline.streams.followers import Follower
from pipeline.streams.hook_reader import HookReader
from pipeline.streams.stream_counts import EventCounts
from pipeline.streams.stream_outbox import StreamOutbox, put_outgoing
from pipeline.streams.stream_run import StreamOutcome
from pipeline.streams.stream_state import StreamState, read_state, write_state
from pipeline.streams.stream_turn import StreamTurn, stream_turn

AT_ONCE = 2_500  # events
OPTING_OUT = frozenset({"OPT_OUT", "COMPLAINT", "SMS_OPT_OUT"})
AHEAD = DAY  # seconds that a clock there may be ahead of ours

Reader = EventReader | HookReader


@dataclass(frozen=True)
class EventRun:
    """Runs one source now. ``full``: all kept events are read again, as at the first run."""

    engine: Engine
    lookup: EventLookup
    follower: Follower
    points: EventPoints
    full: bool = False
    progress: Callable[[str, int], None] = lambda _phase, _amount: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    counts: EventCounts = field(default_factory=EventCounts)

    @property
    def source(self) -> str:
        """The name of the source."""
        return self.lookup.files.source.name

    @property
    def readers(self) -> Sequence[Reader]:
        """Readers of events of files and of webhooks."""
        return self.lookup.files, self.lookup.hooks

    def run(self, appender: Appender) -> StreamOutcome:
        """Read on and send the activations that follow; raises as the run of a stream does."""
        with stream_turn(self.engine, self.source) as turn:
            outbox, was_baseline = StreamOutbox(turn, appender), turn.state.is_baseline
            try:
                outbox.begin()
                self.follower.prepare()
                self._read(turn, outbox)
                self._decide_later(turn, outbox)
            except Exception as error:
                turn.write(trouble=type(error).__name__, numbers=asdict(self._counted()))
                raise
            turn.write(trouble="", succeeded_at=self.clock(), numbers=asdict(self._counted()))
            is_full = was_baseline or self.full
            return StreamOutcome(self.source, self.counts, outbox.sent, was_baseline, is_full)

    def rehearse(self) -> StreamOutcome:
        """Count the events that a run would read, and change nothing."""
        state = read_state(self.engine, self.source) or StreamState(self.source)
        source = self.lookup.files.source
        is_full = state.is_baseline or self.full or is_behind(state, source, self.follower)
        for reader in self.readers:
            place, top = 0 if is_full else place_of(state, reader.mark), self._top(reader)
            while place < top:
                with reading(self.engine) as connection:
                    records, place = reader.after(connection, place, top, AT_ONCE)
                self._count(records, self._present(records))
        return StreamOutcome(self.source, self.counts, 0, state.is_baseline, is_full)

    def _read(self, turn: StreamTurn, outbox: StreamOutbox) -> None:
        """Read from the marks to the newest events, and existing ones if that is due."""
        catch_up(turn, self.lookup.files.source, self.follower)
        tops = [self._top(reader) for reader in self.readers]
        was_baseline = turn.state.is_baseline
        self.points.prepare(turn, *tops)
        if not was_baseline:
            for reader, top in zip(self.readers, tops, strict=True):
                self._pages(turn, outbox, reader, top, reader.mark)
        if was_baseline or self.full or turn.state.full is not None:
            self._read_existing(turn, outbox, tops)

    def _read_existing(self, turn: StreamTurn, outbox: StreamOutbox, tops: Sequence[int]) -> None:
        """Read all kept events, if a follower wants them; it goes on where an earlier run stopped."""
        if self.follower.wants_existing:
            if turn.state.full is None:
                turn.write(full_stamp=0, full_id="")
            for reader, top in zip(self.readers, tops, strict=True):
                self._pages(turn, outbox, reader, top, reader.full_mark)
        marks: dict[str, Any] = {}
        for reader, top in zip(self.readers, tops, strict=True):
            marks |= place_at(reader.mark, max(top, place_of(turn.state, reader.mark)))
        turn.write(full_stamp=None, full_id="", full_at=self.clock(), **marks)

    def _pages(self, turn: StreamTurn, outbox: StreamOutbox, reader: Reader, top: int, column: str) -> None:
        """Take the pages up to ``top``; ``column``: the one with the id up to which all were taken."""
        while place_of(turn.state, column) < top:
            self._take(turn, reader, top, column)
            outbox.drain()

    def _take(self, turn: StreamTurn, reader: Reader, top: int, column: str) -> None:
        """Take one page, in a transaction in which people stay as they are."""
        is_baseline = column == reader.full_mark
        with turn.writing() as connection:
            give_room(connection)
            connection.execute(select(event_folds.c.number).with_for_update())
            records, upto = reader.after(connection, place_of(turn.state, column), top, AT_ONCE)
            present = self._present(records)
            following = self.follower.decide(connection, present, is_baseline=is_baseline) if present else ()
            self._put(connection, following, bulk=is_baseline)
            state = write_state(connection, turn.state, **place_at(column, upto))
        turn.state = state
        self._count(records, present)

    def _decide_later(self, turn: StreamTurn, outbox: StreamOutbox) -> None:
        while self.follower.read_ahead(self.engine, self.lookup):
            with turn.writing() as connection:
                connection.execute(select(event_folds.c.number).with_for_update())
                self._put(connection, self.follower.decide_later(connection), bulk=False)
            outbox.drain()

    def _put(self, connection: Connection, activations: Sequence[Activation], *, bulk: bool) -> None:
        stored, refused = put_outgoing(connection, self.source, activations, bulk=bulk)
        self.counts.activations += stored
        self.counts.refused += refused

    def _present(self, records: Sequence[SourceRecord]) -> list[SourceRecord]:
        """Return the events that are not in the future; no opting out is left out for its time."""
        latest = (self.clock().timestamp() + AHEAD) * MS
        return [record for record in records if record.stamp <= latest or record.table in OPTING_OUT]

    def _count(self, records: Sequence[SourceRecord], present: Sequence[SourceRecord]) -> None:
        self.counts.read += len(records)
        self.counts.changed += len(present)
        self.counts.in_future += len(records) - len(present)
        self.progress("read", self.counts.read)

    def _counted(self) -> EventCounts:
        """Return the numbers, with those that followers counted."""
        told = self.follower.numbers
        self.counts.put_off, self.counts.left_out = told.get("put_off", 0), told.get("left_out", 0)
        return self.counts

    def _top(self, reader: Reader) -> int:
        with reading(self.engine) as connection:
            return reader.top(connection)
