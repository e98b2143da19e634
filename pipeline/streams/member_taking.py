"""Taking pages of members: a member with another person's address is a conflict, never a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.conflict_book import ConflictBook
from pipeline.people.handle_book import HandleBook
from pipeline.people.known_identifiers import identifiers_of
from pipeline.people.record_identity import Key, key_of_address
from pipeline.streams.members_reader import WITHOUT_RECORD
from pipeline.streams.person_taking import PersonTaking
from pipeline.streams.record_store import KnownRecord
from pipeline.streams.stream_counts import MemberCounts


@dataclass
class MemberTaking(PersonTaking):
    """Takes pages of one source; a record's id is its RIID, and its person that of the RIID."""

    account: str = ""  # of the RIIDs
    counts: MemberCounts = field(default_factory=MemberCounts)

    def _identify(
        self,
        connection: Connection,
        rows: Sequence[SourceRecord],
        _moved: Sequence[SourceRecord],
        known: Mapping[str, KnownRecord],
    ) -> None:
        """Give people the addresses that members tell; note a conflict where these are other people's."""
        told = [row for row in rows if row.person is not None and not row.gone]
        if not told:
            return
        book, conflicts = HandleBook(connection), ConflictBook(connection)
        book.look_up(key for row in told if (key := key_of_address(row.email)))
        for row in told:
            row.conflict = self._clash(book, conflicts, row, known.get(row.id))
        book.store()

    def _clash(
        self, book: HandleBook, conflicts: ConflictBook, row: SourceRecord, before: KnownRecord | None
    ) -> int | None:
        """Return the conflict of a member, None if all that it names is its own person's."""
        person, riid, address = row.person or 0, self._key(row.id), key_of_address(row.email)
        named: dict[Key, int] = {}
        if before is not None and before.person not in (None, person):
            named[riid] = before.person or 0
        if address is not None:
            named[address] = book.person(address) or book.add(address, person)
        foreign = conflicts.unanswered(person, named)
        keys = [riid, address] if address is not None else [riid]
        return conflicts.open("handles", person, foreign, keys, row.id) if foreign else None

    def _sendable(self, connection: Connection, rows: Sequence[SourceRecord]) -> list[SourceRecord]:
        """Return the members to send: of several members of one person the one with the RIID told last.

        A member is left out if the destinations write people's records and its person has none.
        """
        unbarred = super()._sendable(connection, rows)
        found = [row for row in unbarred if row.keys != WITHOUT_RECORD]
        self.counts.left_out += len(unbarred) - len(found)
        people = {row.person for row in found if row.person is not None}
        known = identifiers_of(connection, people, self.account)
        return [row for row in found if known.get(row.person or 0, {}).get("riid", row.id) == row.id]

    def _sorted(
        self,
        records: Sequence[SourceRecord],
        known: dict[str, KnownRecord],
        bodies: dict[str, tuple[str, str]],
        erased: set[str],
    ) -> tuple[list[SourceRecord], list[SourceRecord]]:
        """Return changed and moved records; a RIID that has become another person's counts as changed."""
        changed, moved = super()._sorted(records, known, bodies, erased)
        strayed = [row for row in moved if known[row.id].person not in (None, row.person)]
        return [*changed, *strayed], moved

    def _key(self, riid: str) -> Key:
        return "riid", self.account, riid
