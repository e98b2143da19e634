"""A page of one side of a pair: readings of its fields, and the decisions about them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.pairs.both_sides import BothSides, SideRecord, has_records
from pipeline.pairs.earlier_values import NOTHING, earlier_value
from pipeline.pairs.field_book import FieldBook, write_id
from pipeline.pairs.field_readings import take_reading
from pipeline.pairs.field_state import (
    FIRST,
    OTHER,
    SALESFORCE,
    SIDES,
    FieldDecision,
    PairTerms,
    SideName,
    state_as_read,
)
from pipeline.pairs.field_store import has_fields
from pipeline.pairs.field_writes import write_side
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.waiting_sources import without_waiting
from pipeline.pairs.watched_fields import watched_decision
from pipeline.streams.pairing import Paired, PairingPage

Whole = Mapping[SideName, SideRecord]


@dataclass(frozen=True)
class PagePairing:
    """Decides about the fields of one pair; ``source`` is the one whose page it is."""

    pair: OpenPair
    source: str
    now: int  # ms since the epoch

    def take(self, connection: Connection, page: PairingPage, paired: Paired) -> None:
        """Decide about the people of a page that have records on both sides."""
        changed = [record for record in page.changed if self._is_wanted(record)]
        others = self.pair.sources_of(OTHER[self.side])
        if changed and not has_records(connection, others):
            changed = []
        unchanged = page.unchanged if has_fields(connection, self.pair.pair.name) else ()
        people = {record.person for record in (*changed, *unchanged) if record.person is not None}
        if not people:
            return
        book = FieldBook(connection, self.pair, people, self.now)
        sides = BothSides(connection, self.pair, self._deciding(changed, book))
        for record in changed:
            self._take_changed(record, page, book, sides, paired)
        for record in unchanged:
            self._take_unchanged(record, page, book, sides)
        book.store()
        paired.activations += without_waiting(connection, self.source, book.fed(sides, *SIDES))
        for person in paired.left_out:
            paired.ids[person] = write_id(OTHER[self.side], person, book.number(person) - 1)

    @property
    def side(self) -> SideName:
        """The side that the source reads."""
        return self.pair.side_of(self.source)

    def _is_wanted(self, record: SourceRecord) -> bool:
        is_there = record.person is not None and record.conflict is None and not record.gone
        return is_there and not self.pair.pair.fields.keys().isdisjoint(record.values)

    def _deciding(self, changed: Collection[SourceRecord], book: FieldBook) -> set[int]:
        own = {record.person for record in changed if record.person is not None}
        return own | {person for person, _ in book.fields}

    def _whole(self, record: SourceRecord, sides: BothSides) -> Whole | None:
        """Return both sides of a record's person, if the record is one of them."""
        found = sides.whole(record.person) if record.person is not None else None
        return found if found and found[self.side].record == record.id else None

    def _take_changed(
        self, record: SourceRecord, page: PairingPage, book: FieldBook, sides: BothSides, paired: Paired
    ) -> None:
        whole = self._whole(record, sides)
        if whole is None or record.person is None:
            return
        there = whole[OTHER[self.side]].values
        fields = [name for name in self.pair.pair.fields if name in record.values and name in there]
        if not self.pair.pair.watches:
            paired.left_out.setdefault(record.person, set()).update(fields)
        was_met = page.people.get(record.id) == record.person
        is_known = was_met or sides.had_other(record.person, self.side, record.id)
        for name in fields:
            terms, state = self.pair.terms(name, whole[SALESFORCE].source), book.state(record.person, name)
            value, other = self._ours(name, whole, record.values[name], there[name])
            if state is None:
                forms = self.pair.forms(name, whole[SALESFORCE].source)
                before = (
                    earlier_value(record, name, self.side, other, forms, was_met=was_met)
                    if is_known
                    else NOTHING
                )
                if before is NOTHING and not is_known:
                    self._meet(record, name, value, other, terms, book)
                if before is NOTHING or before == value:
                    continue
                state = state_as_read(self.side, before, other)
                book.put(record.person, name, state, whole[SALESFORCE].source)
            self._read(record, name, value, book, sides, terms, changed=True)
            if page.resend:
                self._send_again(record.person, name, book, sides, terms)

    def _take_unchanged(
        self, record: SourceRecord, page: PairingPage, book: FieldBook, sides: BothSides
    ) -> None:
        """Look again at fields that are not at rest.

        Of a record in a conflict the values are looked at that were known before.
        """
        whole = self._whole(record, sides)
        if whole is None or record.person is None:
            return
        values = whole[self.side].sent
        for name in [field for person, field in book.fields if person == record.person]:
            if name not in values or name not in self.pair.pair.fields:
                continue
            terms = self.pair.terms(name, whole[SALESFORCE].source)
            value = self.pair.forms(name, whole[SALESFORCE].source).ours(self.side, values[name])
            self._read(record, name, value, book, sides, terms, changed=False)
            if page.resend:
                self._send_again(record.person, name, book, sides, terms)

    def _ours(self, name: str, whole: Whole, value: Any, there: Any) -> tuple[Any, Any]:
        """Return the values of this side and of the other one in the form of the variable."""
        forms = self.pair.forms(name, whole[SALESFORCE].source)
        return forms.ours(self.side, value), forms.ours(OTHER[self.side], there)

    def _meet(
        self, record: SourceRecord, name: str, value: Any, other: Any, terms: PairTerms, book: FieldBook
    ) -> None:
        """Compare sides that are read for the first time; a difference is listed, and nothing is written."""
        state = state_as_read(self.side, value, other, FIRST)
        if record.person is not None and not terms.are_equal(state.salesforce.here, state.responsys.here):
            book.put(record.person, name, state, self.pair.pair.salesforce[0])

    def _read(
        self,
        record: SourceRecord,
        name: str,
        value: Any,
        book: FieldBook,
        sides: BothSides,
        terms: PairTerms,
        *,
        changed: bool,
    ) -> None:
        person = record.person or 0
        state = book.state(person, name)
        if state is None:
            return
        reading = book.reading(person, value, record.stamp, changed=changed)
        decision = take_reading(state, self.side, reading, terms)
        if self.pair.pair.watches:
            decision = watched_decision(state, self.side, reading, terms, decision)
        book.follow(person, name, self.side, decision, sides, value)

    def _send_again(
        self, person: int, name: str, book: FieldBook, sides: BothSides, terms: PairTerms
    ) -> None:
        """Write a value once more that is under way to the other side."""
        state, other = book.state(person, name), OTHER[self.side]
        if state is None or state.held or not state.side(other).open:
            return
        value, reading = state.side(self.side).here, book.reading(person, None, 0)
        changed, writes = write_side(state, other, value, reading, terms)
        book.follow(person, name, self.side, FieldDecision(changed, "resent", writes), sides, value)
