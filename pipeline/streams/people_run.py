"""A run of a source of people: those with a RIID, new since the last run, that their record lacks.

New handles get ascending ids, so the mark is the highest id that was looked at. Two changes make no new
handle: an answer tells the RIID of known handles, and a merge makes two people one. These are found by their
time, and by the look at all people each week.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from pipeline.model.activation import Activation
from pipeline.model.source import PeopleSource
from pipeline.people.known_identifiers import known_identifiers
from pipeline.people.record_rows import records_of
from pipeline.produce.appender import Appender
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles
from pipeline.stores.unindexed import unindexed
from pipeline.streams.stream_counts import StreamCounts
from pipeline.streams.stream_outbox import StreamOutbox, put_outgoing
from pipeline.streams.stream_run import StreamOutcome
from pipeline.streams.stream_state import StreamState, read_state
from pipeline.streams.stream_turn import StreamTurn, stream_turn

AT_ONCE = 2_000  # handles
FULL = timedelta(days=7)
OVERLAP = 60  # seconds before the last run


@dataclass(frozen=True)
class PeopleRun:
    """Runs one source now.

    ``full``: looks at all people. ``resend``: also sends people with a record that has the RIID already.
    ``account``: of the RIIDs; ``org``: of the records; None: any.
    """

    engine: Engine
    source: PeopleSource
    account: str | None = None
    org: str | None = None
    full: bool = False
    resend: bool = False
    progress: Callable[[str, int], None] = lambda _phase, _amount: None
    counts: StreamCounts = field(default_factory=StreamCounts)

    def run(self, appender: Appender) -> StreamOutcome:
        """Look at people and send the activations that follow; raises as the run of a stream does."""
        with stream_turn(self.engine, self.source.name) as turn:
            if self.resend and not turn.state.resending:
                turn.write(resending=True)  # until a run has come to its end
            is_full, outbox = self._is_full(turn.state), StreamOutbox(turn, appender)
            outbox.begin()
            was_baseline, highest = turn.state.is_baseline, self._highest()
            for people in self._pages(turn.state, highest, is_full=is_full):
                self._take(turn, people, bulk=is_full)
                outbox.drain()
            now = datetime.now(UTC)
            values = {"full_at": now, "resending": False} if is_full else {}
            numbers = asdict(self.counts)
            turn.write(mark_stamp=highest, trouble="", succeeded_at=now, numbers=numbers, **values)
            return StreamOutcome(self.source.name, self.counts, outbox.sent, was_baseline, is_full)

    def rehearse(self) -> StreamOutcome:
        """Count the activations that a run would send, and change nothing."""
        state = read_state(self.engine, self.source.name) or StreamState(self.source.name)
        is_full = self._is_full(state)
        for people in self._pages(state, self._highest(), is_full=is_full):
            with reading(self.engine) as connection:
                resend = self.resend or state.resending
                self._count(people, self._activations(connection, people, resend=resend))
        return StreamOutcome(self.source.name, self.counts, 0, state.is_baseline, is_full)

    def _is_full(self, state: StreamState) -> bool:
        is_due = state.full_at is None or datetime.now(UTC) - state.full_at >= FULL
        return self.full or self.resend or state.resending or is_due

    def _highest(self) -> int:
        with reading(self.engine) as connection:
            return connection.scalar(select(func.max(handles.c.id))) or 0

    def _pages(self, state: StreamState, highest: int, *, is_full: bool) -> Iterator[Sequence[int]]:
        """Give the people to look at."""
        cursor = 0 if is_full else state.mark_stamp or 0
        kinds = ("riid",) if is_full else ("riid", "salesforce")
        query = select(handles.c.id, handles.c.person).where(unindexed(handles.c.kind).in_(kinds))
        query = query.where(handles.c.id <= highest).order_by(handles.c.id).limit(AT_ONCE)
        while rows := self._rows(query.where(handles.c.id > cursor)):
            yield [row.person for row in rows]
            cursor = rows[-1].id
        if not is_full and state.succeeded_at is not None:
            since = state.succeeded_at.timestamp() - OVERLAP
            told = select(handles.c.person).where(handles.c.told_at >= since)
            yield [row.person for row in self._rows(told)]

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return connection.execute(query).all()

    def _take(self, turn: StreamTurn, people: Sequence[int], *, bulk: bool) -> None:
        with turn.writing() as connection:
            activations = self._activations(connection, people, resend=turn.state.resending)
            put_outgoing(connection, self.source.name, activations, bulk=bulk)
        self._count(people, activations)

    def _count(self, people: Sequence[int], activations: Sequence[Activation]) -> None:
        self.counts.read += len(set(people))
        self.counts.changed += len(activations)
        self.counts.activations += len(activations)
        self.progress("read", len(set(people)))

    def _activations(
        self, connection: Connection, people: Sequence[int], *, resend: bool
    ) -> list[Activation]:
        """Return an activation for each person with a record that lacks the RIID; ``resend``: or has it."""
        profiles = {f"person:{person}" for person in people}
        known = known_identifiers(connection, profiles, self.account, self.org)
        records = {row.id: row for row in records_of(connection, set(people))}
        found = []
        for profile, identifiers in sorted(known.items()):
            record = records.get(identifiers.get("salesforce_id", ""))
            if record is None or record.conflict is not None or "riid" not in identifiers:
                continue
            if resend or record.riid != identifiers["riid"]:
                found.append(activation_of(self.source.audience, profile, identifiers))
        return found


def activation_of(audience: str, profile: str, identifiers: dict[str, str]) -> Activation:
    """Return the activation that writes a person's RIID."""
    return Activation(audience=audience, profile_id=profile, call_type="UPDATE", identifiers=identifiers)
