"""A run of a source of members: those with a known RIID in turn, compared with their last values.

A round reads all of them once, 200 in a call, in the order in which their handles became known. A run goes
on with the round that is under way, until its end, until its time is over, or until the calls are used up.
The mark is the beginning of the last whole round: since then every member was read.

| Where it stops | Then |
|---|---|
| reading, or in a page before its commit | rolled back; the same members again |
| page committed, not appended | the next run appends it first |
| appended, not noted | appended again under the same number, which is recognised for a day |
| too many people have changed | nothing is sent; the next run asks again |
| the calls are used up | the round goes on with the next run |
| a column is not there | the source is held; its round stays where it is |
| the login is refused | the connector is held; the round stays where it is |
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from pipeline.errors import Throttled
from pipeline.model.source import MembersSource
from pipeline.model.source_record import SourceRecord
from pipeline.produce.appender import Appender
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles
from pipeline.stores.unindexed import unindexed
from pipeline.streams.change_guard import ChangeGuard, Confirm, unconfirmed
from pipeline.streams.deciding_later import decide_later
from pipeline.streams.followers import Follower, NoFollower
from pipeline.streams.guarded_turn import Guarding, taking_records
from pipeline.streams.member_taking import MemberTaking
from pipeline.streams.members_reader import TABLE, MembersReader
from pipeline.streams.page_mode import PageMode
from pipeline.streams.pairing import Pairing
from pipeline.streams.record_store import known_records
from pipeline.streams.rehearsed_changes import RehearsedChanges, differing_records
from pipeline.streams.stream_outbox import StreamOutbox
from pipeline.streams.stream_run import StreamOutcome
from pipeline.streams.stream_state import StreamState, read_state, write_state
from pipeline.streams.stream_turn import StreamTurn, stream_turn

AT_ONCE = 200  # members in a call

Handles = Sequence[tuple[int, str, int]]  # id, RIID and person


@dataclass(frozen=True)
class MembersRun:
    """Runs one source now. ``full``: a new round; ``resend``: the same, and all are sent, changed or not.

    ``patience``: seconds after which the round is left to the next run; None: never.
    """

    engine: Engine
    reader: MembersReader
    follower: Follower = field(default_factory=NoFollower)
    pairing: Pairing | None = None  # of variables that another system shares
    full: bool = False
    resend: bool = False
    patience: float | None = None
    progress: Callable[[str, int], None] = lambda _phase, _amount: None
    confirm: Confirm = unconfirmed  # asks a person whether so many changes are meant

    @property
    def source(self) -> MembersSource:
        """The source."""
        return self.reader.source

    def run(self, appender: Appender) -> StreamOutcome:
        """Read members and send the activations that follow; raises as the run of a stream does."""
        taking = MemberTaking(
            self.source.name, self.source.audience, self.follower, progress=self.progress,
            pairing=self.pairing, account=self.reader.account,
        )  # fmt: skip
        with stream_turn(self.engine, self.source.name) as turn:
            was_baseline = turn.state.is_baseline
            resend = self.resend or turn.state.resending
            guarding = Guarding(self.source.max_change, self.confirm, resend, in_turn=True)
            with taking_records(turn, appender, taking, guarding) as (outbox, guard):
                is_whole = self._round(turn, outbox, taking, guard)
                decide_later(turn, outbox, taking, self.reader)
            return StreamOutcome(self.source.name, taking.counts, outbox.sent, was_baseline, is_whole)

    def rehearse(self) -> StreamOutcome:
        """Count the members that the round would read, and those that differ; change nothing."""
        state, changes = read_state(self.engine, self.source.name), RehearsedChanges()
        state = state or StreamState(self.source.name)
        for page in self._pages(0 if self.full or state.full is None else state.full.stamp):
            records = self.reader.read({riid: person for _, riid, person in page})
            with reading(self.engine) as connection:
                known = known_records(connection, self.source.name, [record.id for record in records])
            changes.take(records, differing_records(records, known), known)
            self.progress("read", changes.counts.read)
        concerns = changes.concerns(
            self.engine, state, self.source.max_change, resend=self.resend, in_turn=True
        )
        return StreamOutcome(self.source.name, changes.counts, 0, state.is_baseline, True, concerns)

    def _round(
        self, turn: StreamTurn, outbox: StreamOutbox, taking: MemberTaking, guard: ChangeGuard
    ) -> bool:
        """Go on with the round, or begin one; return whether it came to its end."""
        anew = self.full or self.resend
        if turn.state.full is None or anew:
            begun = round(time.time() * 1000)
            number = turn.state.full_number + 1
            resending = self.resend or turn.state.resending
            turn.write(full_number=number, full_stamp=0, full_id=str(begun), resending=resending)
        state = turn.state
        mode = PageMode(state.full_number, state.resending, state.is_baseline, state.resending)
        until = time.monotonic() + self.patience if self.patience is not None else None
        for page in self._pages(turn.state.full_stamp or 0):
            if self._is_over(until):
                return False
            try:
                records = self.reader.read({riid: person for _, riid, person in page})
            except Throttled:
                return False
            self._take(guard, taking, page, records, mode)
            outbox.drain()
        end: dict[str, Any] = {"full_stamp": None, "full_id": "", "full_at": datetime.now(UTC)}
        turn.write(mark_stamp=int(turn.state.full_id), resending=False, **end)
        return True

    def _is_over(self, until: float | None) -> bool:
        return until is not None and time.monotonic() > until

    def _pages(self, after: int) -> Iterator[Handles]:
        """Give the RIIDs of the account after a handle."""
        query = select(handles.c.id, handles.c.value, handles.c.person)
        query = query.where(unindexed(handles.c.kind) == "riid", handles.c.scope == self.reader.account)
        query = query.order_by(handles.c.id).limit(AT_ONCE)
        while True:
            with reading(self.engine) as connection:
                page = [
                    (row.id, row.value, row.person)
                    for row in connection.execute(query.where(handles.c.id > after))
                ]
            if not page:
                return
            yield page
            after = page[-1][0]

    def _take(
        self, guard: ChangeGuard, taking: MemberTaking, page: Handles, records: Sequence[SourceRecord],
        mode: PageMode,
    ) -> None:  # fmt: skip
        """Take the members of a page; those that were known and are not there any more are noted as gone."""
        turn = guard.turn
        with turn.writing() as connection:
            people = people_now(connection, [number for number, *_ in page])
            for record in records:
                record.person = people.get(record.id)
            there = [record for record in records if record.person is not None]
            missing = people.keys() - {record.id for record in there}
            known = known_records(connection, self.source.name, missing)
            gone = [self._gone(riid, people[riid]) for riid in sorted(known)]
            taking.take(connection, [*there, *gone], mode, {})
            state = write_state(
                connection, turn.state, full_stamp=page[-1][0], **guard.columns(taking.altered)
            )
        turn.state = state

    def _gone(self, riid: str, person: int) -> SourceRecord:
        """Return the record of a member that is not in the list any more."""
        stamp = round(time.time() * 1000)
        record = SourceRecord(self.source.name, riid, TABLE, stamp, riid=riid, person=person, gone=True)
        return replace(record, in_org=False)


def people_now(connection: Connection, numbers: Sequence[int]) -> dict[str, int]:
    """Return the people of handles by RIID; that of an erased person is not there."""
    query = select(handles.c.value, handles.c.person).where(handles.c.id.in_(numbers))
    return {row.value: row.person for row in connection.execute(query)}
