"""Reading of a stream: changes from the mark on, and all records from the beginning.

A page is taken in one transaction, which moves the mark or the position of the reading from the beginning.
Activations that follow from it are appended at the end of the run, those of a first reading before the next
page is asked for (change_guard.py).
"""

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.model.record_reader import Position, RecordPage, RecordReader
from pipeline.model.source import SalesforceSource
from pipeline.stores.database import reading
from pipeline.stores.sqlite import give_room
from pipeline.streams.change_guard import ChangeGuard
from pipeline.streams.org_of_source import refuse_other_org
from pipeline.streams.page_mode import PageMode
from pipeline.streams.page_taking import PageTaking, PeopleByParent
from pipeline.streams.pages_ahead import pages_ahead
from pipeline.streams.record_store import known_records, not_met, note_met
from pipeline.streams.stream_outbox import StreamOutbox
from pipeline.streams.stream_state import write_state
from pipeline.streams.stream_turn import StreamTurn

AT_ONCE = 200  # records that are asked for by id


@dataclass(frozen=True)
class StreamReading:
    """Reads a source in the turn of one run."""

    turn: StreamTurn
    outbox: StreamOutbox
    taking: PageTaking
    source: SalesforceSource
    reader: RecordReader
    guard: ChangeGuard

    def read_changes(self) -> None:
        """Read from the mark on; it ends at the time of the first answer, as far as the org shows it."""
        place = self.turn.state.mark.back(self.overlap)
        mode = PageMode(self.turn.state.full_number)
        upper: Position | None = None
        while True:
            page = self.reader.page(place)
            upper = upper or page.upper
            self._take(page, mode, self._mark(upper if page.is_last else min(page.last, upper)))
            if page.is_last:
                return
            place = page.last

    def read_all(self, *, anew: bool, resend: bool, patience: float | None) -> bool:
        """Read from the beginning, or go on with that; return whether it came to the end.

        ``anew``: not from where an earlier run stopped. ``resend``: everybody is sent, by this run and those
        that go on with it. ``patience``: seconds after which it is left to the next run; None: never.
        """
        place = self._begin(anew=anew, resend=resend)
        state = self.turn.state
        mode = PageMode(state.full_number, True, state.is_baseline, state.resending)
        until = time.monotonic() + patience if patience is not None and not mode.is_baseline else None
        upper: Position | None = None
        with closing(pages_ahead(self.reader, place, are_new=mode.is_baseline)) as pages:
            for page in pages:
                upper, place = upper or page.upper, page.last
                self._take(page, mode, {"full_stamp": place.stamp, "full_id": place.id})
                if not page.is_last and until is not None and time.monotonic() > until:
                    return False
        self._look_for_missing(mode)
        end = {"full_stamp": None, "full_id": "", "full_at": datetime.now(UTC), "resending": False}
        self.turn.write(**self._mark(upper or place), **end)
        return True

    @property
    def overlap(self) -> float:
        """Milliseconds before a place that are read again."""
        return self.source.overlap * 1000

    def _begin(self, *, anew: bool, resend: bool) -> Position:
        """Return the place to read from."""
        state = self.turn.state
        if state.full is not None and not anew:
            return state.full.back(self.overlap)
        resending = resend or state.resending  # one that stopped has not sent everybody
        self.turn.write(full_number=state.full_number + 1, full_stamp=0, full_id="", resending=resending)
        return Position()

    def _mark(self, place: Position) -> dict[str, Any]:
        """Return the columns that move the mark; it never goes back."""
        if place <= self.turn.state.mark:
            return {}
        return {"mark_stamp": place.stamp, "mark_id": place.id}

    def _take(self, page: RecordPage, mode: PageMode, places: dict[str, Any]) -> None:
        """Take a page, and append the activations that follow."""
        refuse_other_org(self.turn.state.org, self.reader.org)
        people = self._people_of(page)
        with self.turn.writing() as connection:
            if mode.is_full:
                give_room(connection)
            self.taking.take(connection, page.records, mode, people)
            org = self.reader.org or self.turn.state.org
            state = write_state(
                connection, self.turn.state, org=org, **self.guard.columns(self.taking.altered), **places
            )
        self.turn.state = state
        self.outbox.drain()
        self._take_successors(mode)

    def _take_successors(self, mode: PageMode) -> None:
        """Read and take the records that are sent in the place of those that are gone."""
        while ids := self.taking.successors[:AT_ONCE]:
            del self.taking.successors[: len(ids)]
            found = self.reader.chosen_by_ids(ids)
            with self.turn.writing() as connection:
                self.taking.take(connection, found, mode, {})
            self.outbox.drain()

    def _people_of(self, page: RecordPage) -> PeopleByParent:
        """Ask for the people of rows that are new."""
        if not self.source.who:
            return {}
        with reading(self.turn.engine) as connection:
            known = known_records(connection, self.source.name, [record.id for record in page.records])
        new = [record.parent for record in page.records if record.id not in known and record.parent]
        return self.reader.people_of(list(dict.fromkeys(new)))

    def _look_for_missing(self, mode: PageMode) -> None:
        """Ask by id for records that were not met; those that are no longer there are gone for good.

        A record that ``where`` leaves out by now is only noted, unless it was deleted or converted. Rows of a
        history go with their record, and nothing follows from that.
        """
        while not self.source.of:
            with reading(self.turn.engine) as connection:
                missing = not_met(connection, self.source.name, mode.full_number, AT_ONCE)
            if not missing:
                return
            found = self.reader.by_ids(missing)
            lost = sorted({*missing} - {record.id for record in found})
            with self.turn.writing() as connection:
                note_met(connection, self.source.name, [record.id for record in found], mode.full_number)
                self.taking.take(
                    connection, [record for record in found if record.gone or record.contact], mode, {}
                )
                self.taking.lose(connection, lost, self.turn.state.org, self.source.object)
                state = write_state(connection, self.turn.state, **self.guard.columns(self.taking.altered))
            self.turn.state = state
            self.outbox.drain()
            self._take_successors(mode)
