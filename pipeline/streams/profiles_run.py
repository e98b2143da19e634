"""A run of a source of profiles: the fields kept per person, as far as they changed since the last run.

The mark is the highest id of an event that profiles had folded. People of later events are looked at again
and compared with their last values. Changes without an event (a record of Salesforce that makes two people
one, a new field) are found by the look at all people, each week or after the fields have changed; that goes
on where an earlier run stopped.

| Where it stops | Then |
|---|---|
| in a page, before its commit | rolled back; the next run looks at all people since the mark again |
| page committed, not appended | the next run appends it first |
| profiles are built anew meanwhile | the run ends, and its mark stays: they are not whole now |
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from pipeline.model.source import ProfilesSource
from pipeline.model.source_record import SourceRecord
from pipeline.people.known_identifiers import identifiers_of
from pipeline.produce.appender import Appender
from pipeline.stores.database import reading
from pipeline.streams.change_guard import ChangeGuard, Confirm, unconfirmed
from pipeline.streams.changed_profiles import FoldPlace, all_people, changed_people
from pipeline.streams.followers import Follower, NoFollower
from pipeline.streams.guarded_turn import Guarding, taking_records
from pipeline.streams.page_mode import PageMode
from pipeline.streams.person_taking import PersonTaking
from pipeline.streams.record_store import known_records, not_met
from pipeline.streams.rehearsed_changes import RehearsedChanges, differing_records
from pipeline.streams.stream_outbox import StreamOutbox
from pipeline.streams.stream_run import StreamOutcome
from pipeline.streams.stream_state import StreamState, read_state, write_state
from pipeline.streams.stream_turn import StreamTurn, stream_turn

FULL = timedelta(days=7)  # between two looks at all people
MISSING_AT_ONCE = 1_000
TABLE = "Profile"

ProfileFields = Callable[[Connection, Sequence[int]], Mapping[int, Mapping[str, Any]]]


@dataclass(frozen=True)
class ProfilesRun:
    """Runs one source now. ``full``: looks at all people; ``resend``: all are sent, changed or not.

    ``profiles`` gives the fields of people; one without events is left out.
    """

    engine: Engine
    source: ProfilesSource
    profiles: ProfileFields
    follower: Follower = field(default_factory=NoFollower)
    full: bool = False
    resend: bool = False
    patience: float | None = None  # seconds after which a look at all people is left to the next run
    progress: Callable[[str, int], None] = lambda _phase, _amount: None
    confirm: Confirm = unconfirmed  # asks a person whether so many changes are meant

    def run(self, appender: Appender) -> StreamOutcome:
        """Look at people and send the activations that follow; raises as the run of a stream does."""
        name, max_change = self.source.name, self.source.max_change
        taking = PersonTaking(name, self.source.audience, self.follower, progress=self.progress)
        with stream_turn(self.engine, name) as turn:
            was_baseline = turn.state.is_baseline
            guarding = Guarding(max_change, self.confirm, self.resend or turn.state.resending)
            with taking_records(turn, appender, taking, guarding) as (outbox, guard):
                is_full = self._look(turn, outbox, taking, guard)
            return StreamOutcome(name, taking.counts, outbox.sent, was_baseline, is_full)

    def rehearse(self) -> StreamOutcome:
        """Count the people that a run would look at, and those that have changed; change nothing."""
        state, changes = read_state(self.engine, self.source.name), RehearsedChanges()
        state = state or StreamState(self.source.name)
        with reading(self.engine) as connection:
            place = FoldPlace.read(connection)
        is_full = self._is_full(state, place)
        for people in self._people(state, place, is_full=is_full):
            with reading(self.engine) as connection:
                records = self._records(connection, people, place)
                known = known_records(connection, self.source.name, [record.id for record in records])
            changes.take(records, differing_records(records, known), known)
            self.progress("read", changes.counts.read)
        concerns = changes.concerns(self.engine, state, self.source.max_change, resend=self.resend)
        return StreamOutcome(self.source.name, changes.counts, 0, state.is_baseline, is_full, concerns)

    def _look(self, turn: StreamTurn, outbox: StreamOutbox, taking: PersonTaking, guard: ChangeGuard) -> bool:
        """Look at the people that are due; return False if the run ended before the last of them."""
        with reading(self.engine) as connection:
            place = FoldPlace.read(connection)
        if place.folded < (turn.state.mark_stamp or 0):
            return False  # profiles are being built anew
        is_full = self._is_full(turn.state, place)
        if is_full and (turn.state.full is None or self.full or self.resend):
            resending = self.resend or turn.state.resending
            turn.write(full_number=turn.state.full_number + 1, full_stamp=0, resending=resending)
        mode = PageMode(turn.state.full_number, is_full, turn.state.is_baseline, turn.state.resending)
        until = time.monotonic() + self.patience if self.patience is not None else None
        for people in self._people(turn.state, place, is_full=is_full):
            if not self._take(guard, taking, people, place, mode):
                return False
            outbox.drain()
            if is_full and not mode.is_baseline and until is not None and time.monotonic() > until:
                return False
        values: dict[str, Any] = {"mark_stamp": place.folded, "choice": place.fields}
        if is_full:
            self._forget_missing(turn, taking, mode)
            values |= {"full_at": datetime.now(UTC), "full_stamp": None, "resending": False}
        turn.write(**values)
        return is_full

    def _is_full(self, state: StreamState, place: FoldPlace) -> bool:
        is_due = state.full_at is None or datetime.now(UTC) - state.full_at >= FULL
        return self.full or self.resend or is_due or state.full is not None or state.choice != place.fields

    def _people(self, state: StreamState, place: FoldPlace, *, is_full: bool) -> Iterator[Sequence[int]]:
        if is_full:
            return all_people(self.engine, state.full.stamp if state.full is not None else 0)
        return changed_people(self.engine, state.mark_stamp or 0, place.folded)

    def _take(
        self,
        guard: ChangeGuard,
        taking: PersonTaking,
        people: Sequence[int],
        place: FoldPlace,
        mode: PageMode,
    ) -> bool:
        """Take some people; False if profiles are being built anew."""
        turn = guard.turn
        with turn.writing() as connection:
            now = FoldPlace.read(connection, lock=True)
            if now.folded < place.folded or now.fields != place.fields:
                return False
            taking.take(connection, self._records(connection, people, place), mode, {})
            values = {"full_stamp": people[-1]} if mode.is_full else {}
            state = write_state(connection, turn.state, **values, **guard.columns(taking.altered))
        turn.state = state
        return True

    def _records(self, connection: Connection, people: Sequence[int], place: FoldPlace) -> list[SourceRecord]:
        """Return the profiles of people as records, with the fields that are one value."""
        known = identifiers_of(connection, people)
        return [
            SourceRecord(
                source=self.source.name,
                id=str(person),
                table=TABLE,
                stamp=place.folded,
                values=(values := single_values(fields)),
                fields=values,
                person=person,
                email=values.get("email", ""),
                riid=known.get(person, {}).get("riid", ""),
                in_org=False,
            )
            for person, fields in self.profiles(connection, people).items()
        ]

    def _forget_missing(self, turn: StreamTurn, taking: PersonTaking, mode: PageMode) -> None:
        """Note people that are no longer there: merged into other people, or without events."""
        while True:
            with turn.writing() as connection:
                missing = not_met(connection, self.source.name, mode.full_number, MISSING_AT_ONCE)
                taking.forget(connection, missing)
            if not missing:
                return


def single_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that an activation takes: no sets, and no counters by value."""
    return {name: value for name, value in fields.items() if not isinstance(value, list | dict)}
