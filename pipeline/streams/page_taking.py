"""Taking a page: in one transaction from records that were read to the activations that follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.model.activation import Activation
from pipeline.model.source_record import SourceRecord
from pipeline.people.assign import assign
from pipeline.people.erased_records import erased_among
from pipeline.streams import stream_outbox
from pipeline.streams.belonging import make_people
from pipeline.streams.followers import Follower, follow_page
from pipeline.streams.histories import with_people
from pipeline.streams.page_changes import (
    altered_number,
    changed_and_moved,
    distinct_records,
    other_records,
    unsent_bodies,
)
from pipeline.streams.page_mode import PageMode
from pipeline.streams.pairing import Pairing, pair_page
from pipeline.streams.record_activations import activations_of, identifiers_of
from pipeline.streams.record_bodies import body_of
from pipeline.streams.record_store import (
    KnownRecord,
    known_records,
    note_gone,
    note_met,
    note_stamps,
    store_records,
)
from pipeline.streams.sendable_records import unbarred_primaries
from pipeline.streams.stream_counts import StreamCounts
from pipeline.streams.successors import note_successors

PeopleByParent = Mapping[str, Sequence[SourceRecord]]


@dataclass
class PageTaking:
    """Takes pages of one source."""

    source: str
    audience: str | None
    follower: Follower
    is_history: bool = False
    progress: Callable[[str, int], None] = lambda _phase, _amount: None
    pairing: Pairing | None = None  # of a source that is a side of pairs
    counts: StreamCounts = field(default_factory=StreamCounts)
    altered: int = 0  # records known before with other variables, or gone
    successors: list[str] = field(default_factory=list)  # ids of records to be read and sent

    def take(
        self,
        connection: Connection,
        records: Sequence[SourceRecord],
        mode: PageMode,
        people: PeopleByParent,
    ) -> None:
        """Store the changed records of a page, and the activations that follow from them."""
        known = known_records(connection, self.source, [record.id for record in records])
        new_ids = [record.id for record in records if record.id not in known]
        erased = erased_among(connection, new_ids)
        bodies = {record.id: body_of(record) for record in records}
        changed, moved = self._sorted(records, known, bodies, erased)
        for record in changed:
            record.existing = known[record.id].existing if record.id in known else mode.is_baseline
        if mode.is_full:
            note_met(connection, self.source, [*known], mode.full_number)
        rows = with_people(connection, changed, people) if self.is_history else changed
        self._identify(connection, rows, moved, known)
        again = self._unchanged(connection, records, rows, erased) if mode.resend else []
        primary = self._sendable(connection, [*rows, *again]) if self._is_written else []
        sendable = primary if self.audience is not None else []
        self._store(connection, rows, sendable, bodies, mode)
        self._note_successors(connection, rows)
        self._note_moved(connection, moved)
        following = follow_page(self.follower, connection, rows, moved, is_baseline=mode.is_baseline)
        rest = other_records(records, [*rows, *again])
        paired = pair_page(self.pairing, connection, primary, rest, known, resend=mode.resend)
        own = activations_of(self.audience, sendable, paired, self._identifiers, is_again=mode.resend)
        passed_on = [*own, *paired.activations]
        self._put(connection, [*following, *passed_on], mode)
        self._count(records, changed, passed_on)

    def lose(self, connection: Connection, missing: Sequence[str], org: str, table: str) -> None:
        """Note that records are gone for good, though no answer of the org names them as deleted."""
        if missing:
            gone = [SourceRecord(self.source, name, table, 0, org=org, gone=True) for name in missing]
            assign(connection, gone)
            note_gone(connection, self.source, missing)
            self._note_successors(connection, gone)
        self.counts.changed += len(missing)
        self.counts.gone += len(missing)
        self.altered += len(missing)

    def _note_successors(self, connection: Connection, rows: Sequence[SourceRecord]) -> None:
        """Note the records that are sent in the place of those that are gone."""
        if self.audience is not None and not self.is_history:
            self.successors += note_successors(connection, self.source, rows)

    def _sorted(
        self,
        records: Sequence[SourceRecord],
        known: dict[str, KnownRecord],
        bodies: dict[str, tuple[str, str]],
        erased: set[str],
    ) -> tuple[list[SourceRecord], list[SourceRecord]]:
        """Return the changed records, and those with only a newer stamp."""
        wanted = [record for record in records if record.id in known or record.id not in erased]
        return changed_and_moved(wanted, known, bodies, is_history=self.is_history)

    def _unchanged(
        self,
        connection: Connection,
        records: Sequence[SourceRecord],
        rows: Sequence[SourceRecord],
        erased: set[str],
    ) -> list[SourceRecord]:
        """Return the records that are sent though they have not changed."""
        done = {row.id for row in rows} | erased
        again = [record for record in records if record.id not in done]
        for record in again:
            record.before = None
        self._identify(connection, again, (), {})
        return again

    def _identify(
        self,
        connection: Connection,
        rows: Sequence[SourceRecord],
        moved: Sequence[SourceRecord],
        _known: Mapping[str, KnownRecord],
    ) -> None:
        """Give records their people, and conflicts that bar them."""
        make_people(connection, rows)
        assign(connection, [*rows, *moved])

    def _note_moved(self, connection: Connection, moved: Sequence[SourceRecord]) -> None:
        """Note the stamps of records that have not changed otherwise."""
        note_stamps(connection, self.source, [(record.stamp, record.id) for record in moved])

    def _sendable(self, connection: Connection, rows: Sequence[SourceRecord]) -> list[SourceRecord]:
        """Return the records to send: without barred, deleted and secondary ones."""
        return unbarred_primaries(connection, rows)

    @property
    def _is_written(self) -> bool:
        """Whether an audience or a pair is told of the records."""
        return self.audience is not None or self.pairing is not None

    def _store(
        self,
        connection: Connection,
        rows: Sequence[SourceRecord],
        sendable: Sequence[SourceRecord],
        bodies: Mapping[str, tuple[str, str]],
        mode: PageMode,
    ) -> None:
        """Store records; one that is not sent though there is an audience keeps the variables sent last."""
        if self.audience is not None and not self.is_history:
            bodies = {**bodies, **unsent_bodies(rows, sendable, bodies)}
        store_records(
            connection, [(row, *bodies[row.id]) for row in distinct_records(rows)], mode.full_number
        )

    def _count(
        self,
        records: Sequence[SourceRecord],
        changed: Sequence[SourceRecord],
        passed_on: Sequence[Activation],
    ) -> None:
        """Count a page; of a pair's records only those that are passed on count as altered."""
        told = None if self.pairing is None else {activation.profile_id for activation in passed_on}
        self.altered += altered_number(changed, told)
        self.counts.read += len(records)
        self.counts.changed += len(changed)
        self.counts.gone += sum(record.gone for record in changed)
        self.progress("read", self.counts.read)

    def _identifiers(self, row: SourceRecord) -> dict[str, str]:
        """Return the identifiers that a record tells of its person."""
        return identifiers_of(row)

    def _put(self, connection: Connection, activations: Sequence[Activation], mode: PageMode) -> None:
        bulk = mode.is_baseline or mode.is_full
        stored, refused = stream_outbox.put_outgoing(connection, self.source, activations, bulk=bulk)
        self.counts.activations += stored
        self.counts.refused += refused
