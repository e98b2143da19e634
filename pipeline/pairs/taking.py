"""Taking a side: one side's value of a field is written to the other, for all people that differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine

from pipeline.errors import Misconfigured
from pipeline.model.activation import Activation
from pipeline.pairs.both_sides import BothSides
from pipeline.pairs.comparison import Difference, SideComparison, pages_of_people
from pipeline.pairs.field_book import FieldBook
from pipeline.pairs.field_state import (
    ASKED,
    FROZEN,
    OTHER,
    SALESFORCE,
    FieldDecision,
    FieldState,
    SideName,
    SideReading,
    state_as_read,
)
from pipeline.pairs.field_store import known_fields
from pipeline.pairs.field_writes import pass_on
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.source_pairing import now_ms
from pipeline.produce.appender import Appender
from pipeline.stores.database import reading
from pipeline.streams.stream_outbox import StreamOutbox, put_outgoing
from pipeline.streams.stream_state import read_states
from pipeline.streams.stream_turn import stream_turn

WAITING = 'changes of source "{}" wait, and would go out with these; run it first'


@dataclass
class TakeCounts:
    """Numbers of one taking."""

    people: int = 0  # with records on both sides
    differ: int = 0
    taken: int = 0  # written, or to be written
    asked: int = 0  # left, since a person is asked about them
    skipped: int = 0  # left, since a null is not written there


@dataclass
class SideTaking:
    """Takes one side of one field."""

    engine: Engine
    pair: OpenPair
    variable: str
    side: SideName
    clock: Callable[[], int] = now_ms
    counts: TakeCounts = field(default_factory=TakeCounts)

    def run(self, appender: Appender) -> TakeCounts:
        """Write the fields that differ.

        Raises Busy while the first source runs, Misconfigured while changes of one wait, and AppendFailed.
        """
        sources = self.pair.sources_of(self.side)
        source = sources[0]
        with stream_turn(self.engine, source) as turn:
            changing = {name for name, one in read_states(self.engine).items() if one.changing}
            waiting = sorted(changing.intersection(sources))
            if waiting:
                raise Misconfigured(f"{WAITING.format(waiting[0])}: activation sync --source {waiting[0]}")
            outbox = StreamOutbox(turn, appender)
            outbox.begin()
            for people in pages_of_people(self.engine, self.pair):
                with turn.writing() as connection:
                    put_outgoing(connection, source, self._take(connection, people), bulk=True)
                outbox.drain()
        return self.counts

    def rehearse(self) -> TakeCounts:
        """Count the fields that a taking would write, and change nothing."""
        for people in pages_of_people(self.engine, self.pair):
            with reading(self.engine) as connection:
                known = known_fields(connection, self.pair.pair.name, people)
                for one in self._differences(connection, people):
                    state = known.get((one.person, self.variable)) or self._state(one)
                    self._count(one, is_written=self._is_written(state))
        return self.counts

    def _differences(self, connection: Connection, people: Sequence[int]) -> list[Difference]:
        comparison = SideComparison(self.pair, (self.variable,))
        found = list(comparison.differences(connection, people))
        self.counts.people += comparison.people
        return found

    def _is_written(self, state: FieldState) -> bool:
        terms = self.pair.terms(self.variable, self.pair.pair.salesforce[0])
        _, writes = pass_on(state, self.side, SideReading(None, 0, self.clock()), terms)
        return bool(writes)

    def _take(self, connection: Connection, people: Sequence[int]) -> list[Activation]:
        found = self._differences(connection, people)
        if not found:
            return []
        book = FieldBook(connection, self.pair, people, self.clock())
        sides = BothSides(connection, self.pair, [one.person for one in found])
        for one in found:
            if one.state in (ASKED, FROZEN):
                self._count(one, is_written=False)
                continue
            record = sides.record(one.person, SALESFORCE)
            terms = self.pair.terms(self.variable, record.source if record else self.pair.pair.salesforce[0])
            state = book.state(one.person, self.variable) or self._state(one)
            kept = replace(state, held="", answers=())
            changed, writes = pass_on(kept, self.side, book.reading(one.person, None, 0), terms)
            self._count(one, is_written=bool(writes))
            if not writes and not state.held:
                continue  # it is under way already
            value = state.side(self.side).here
            book.follow(
                one.person, self.variable, self.side, FieldDecision(changed, "taken", writes), sides, value
            )
        book.store()
        return book.activations(sides, OTHER[self.side])

    def _state(self, one: Difference) -> FieldState:
        return state_as_read(SALESFORCE, one.salesforce, one.responsys)

    def _count(self, one: Difference, *, is_written: bool) -> None:
        self.counts.differ += 1
        is_asked = one.state in (ASKED, FROZEN)
        self.counts.asked += is_asked
        self.counts.taken += is_written and not is_asked
        self.counts.skipped += not (is_written or is_asked)
