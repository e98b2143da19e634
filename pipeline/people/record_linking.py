"""Linking records: each gets its person by its own handle, else by its address, its RIID and its keys.

Nothing is guessed. If these name different people, or an address comes with a second family name, the
record gets a person of its own, or keeps the one that it has, and a conflict bars it until it is settled.
A barred record gives its handles to nobody. A merge and a conversion make two people one: Salesforce says so.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.address_book import AddressBook
from pipeline.people.conflict_book import ConflictBook
from pipeline.people.erased_records import erased_among
from pipeline.people.handle_book import HandleBook
from pipeline.people.record_identity import (
    Key,
    address_key,
    digest_of,
    family_of,
    named_keys,
    own_key,
    rank_of,
    riid_of,
    tells_anything,
)
from pipeline.people.record_rows import RecordRow, known_records, store_records


class RecordLinking:
    """Links the new and the changed records of one page."""

    def __init__(self, connection: Connection, records: Sequence[SourceRecord], account: str) -> None:
        """``account``: the one of the RIIDs that records carry."""
        self._connection = connection
        self._account = account
        self._records = records
        self.handles = HandleBook(connection)  # from here on no other transaction changes people
        self._conflicts = ConflictBook(connection)
        self._addresses = AddressBook(connection)
        self._rows: dict[Key, RecordRow] = {}
        self._changed: set[Key] = set()
        self._learn()

    def run(self) -> None:
        """Give each record its person; None: it was erased, or was deleted before it was met."""
        for record in self._records:
            self._link(record)
        store_records(self._connection, [self._rows[key] for key in self._changed])
        self.handles.store()
        self._conflicts.end()

    def renew(self, records: Sequence[SourceRecord]) -> None:
        """Give records of the page, also the known ones, what merges of this transaction made of them."""
        met = self._conflicts.open_among({record.conflict for record in records} - {None})
        for record in records:
            if record.person is not None:
                record.person = self.handles.now(record.person)
            if record.conflict not in met:
                record.conflict = None

    def _learn(self) -> None:
        """Read all that the store knows of the records, their addresses and further ids."""
        for org in {record.org for record in self._records}:
            ids = {name for record in self._records if record.org == org for name in ids_in(record)}
            for row in known_records(self._connection, org, ids).values():
                self._rows["salesforce", org, row.id] = row
                self.handles.know(("salesforce", org, row.id), row.handle, row.person)
        known = {key[2] for key in self._rows}
        unknown = {name for record in self._records for name in ids_in(record)} - known
        self._erased = erased_among(self._connection, unknown)
        self.handles.look_up(key for record in self._records for key in named_keys(record, self._account))
        addresses = {self.handles.id(key) for record in self._records if (key := address_key(record))}
        self._addresses.read({address for address in addresses if address is not None})

    def _link(self, record: SourceRecord) -> None:
        key = own_key(record)
        row = self._rows.get(key)
        never_met = row is None and record.gone and not record.survivor
        if never_met or record.id in self._erased:
            record.person = None
            return
        keys = [] if record.gone else list(named_keys(record, self._account))
        if row is None or row.digest is None:
            person, conflict = self._meet(record, keys)
        else:
            person, conflict = self._meet_again(record, row, keys)
        if conflict is None:
            for unknown in (name for name in keys if self.handles.id(name) is None):
                self.handles.add(unknown, person)
        self._keep(key, record, person, conflict)
        self._follow(record, person)

    def _meet(self, record: SourceRecord, keys: Sequence[Key]) -> tuple[int, int | None]:
        """Find the person of a record that is read for the first time, and the conflict that bars it."""
        key, named = own_key(record), self._people_of(record, keys)
        people, known_by_others = set(named.values()), self.handles.person(key)
        family_differs = self._family_differs(record)
        if people - {known_by_others} and (family_differs or len(people) > 1):
            person = known_by_others or self.handles.add(key)
            kind = "family_name" if family_differs else "handles"
            return person, self._conflicts.open(kind, person, named, keys, record.id)
        found = people.pop() if people else None
        namesake = self._namesake(record)
        conflict = namesake.conflict if namesake else None
        if known_by_others is None:
            return self.handles.add(key, found), conflict
        return self.handles.unite(known_by_others, found or known_by_others), conflict

    def _meet_again(
        self, record: SourceRecord, row: RecordRow, keys: Sequence[Key]
    ) -> tuple[int, int | None]:
        """Return the person of a known record, which stays, and the conflict that bars it."""
        person = self.handles.now(row.person)
        if row.conflict is not None:
            if any(self.handles.person(key) not in (None, person) for key in keys):
                return person, row.conflict
            self._conflicts.leave(row.conflict)
        foreign = self._conflicts.unanswered(person, self._people_of(record, keys))
        if not foreign:
            return person, None
        kind = "family_name" if self._family_differs(record) else "handles"
        return person, self._conflicts.open(kind, person, foreign, keys, record.id)

    def _people_of(self, record: SourceRecord, keys: Sequence[Key]) -> dict[Key, int]:
        """Return the people that the record's handles name; an address names the one of the same family."""
        named = {key: person for key in keys if (person := self.handles.person(key)) is not None}
        namesake = self._namesake(record)
        if namesake and (address := address_key(record)) in named:
            named[address] = self.handles.now(namesake.person)
        return named

    def _namesake(self, record: SourceRecord) -> RecordRow | None:
        address = address_key(record)
        return self._addresses.namesake(address and self.handles.id(address), family_of(record))

    def _family_differs(self, record: SourceRecord) -> bool:
        address = address_key(record)
        return self._addresses.has_another_family(address and self.handles.id(address), family_of(record))

    def _keep(self, key: Key, record: SourceRecord, person: int, conflict: int | None) -> None:
        """Note the record as it is now; a deleted one keeps its address and family name."""
        old = self._rows.get(key)
        address = address_key(record)
        row = RecordRow(
            id=record.id,
            handle=self.handles.id(key) or 0,
            person=person,
            digest=digest_of(record) if tells_anything(record) else None,
            conflict=conflict,
            active=record.stamp,
            rank=rank_of(record),
            family=old and old.family if record.gone else family_of(record),
            address=old and old.address if record.gone else address and self.handles.id(address),
            riid=riid_of(record.riid) or None,
            gone=record.gone or (record.table == "Lead" and bool(record.contact)),
        )
        if old:
            self._addresses.remove(old)
        self._addresses.add(row)
        self._rows[key] = row
        self._changed.add(key)
        record.person, record.conflict = person, conflict

    def _follow(self, record: SourceRecord, person: int) -> None:
        """Make one person of the record and of the one that it became."""
        for name in (record.survivor, record.contact):
            if not name or name in self._erased:
                continue
            key = ("salesforce", record.org, name)
            known = self.handles.person(key)
            if known is not None:
                person = self.handles.unite(person, known)
                continue
            self.handles.add(key, person)
            rank = 0 if name == record.contact else rank_of(record)
            self._rows[key] = RecordRow(name, self.handles.id(key) or 0, person, rank=rank)
            self._changed.add(key)


def ids_in(record: SourceRecord) -> set[str]:
    """Return the ids of a record, and of those that it became."""
    return {name for name in (record.id, record.survivor, record.contact) if name}
