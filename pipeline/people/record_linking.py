"""Linking records: each gets its person by its own handle, else by its address, its RIID and its keys.

Nothing is guessed. If these name different people, or an address comes with a second family name, the
record gets a person of its own, or keeps the one that it has, and a conflict bars it until it is settled.
A barred record gives its handles to no person. A merge or a conversion in Salesforce makes two people one.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.conflict_book import ConflictBook
from pipeline.people.erased_records import erased_among
from pipeline.people.handle_book import HandleBook
from pipeline.people.record_book import RecordBook
from pipeline.people.record_identity import Key, address_key, named_keys, own_key
from pipeline.people.record_rows import RecordRow


class RecordLinking:
    """Links the new and the changed records of one page."""

    def __init__(self, connection: Connection, records: Sequence[SourceRecord], account: str) -> None:
        """``account``: the one of the RIIDs that records carry."""
        self._connection = connection
        self._records = records
        self._named = [list(named_keys(record, account)) for record in records]
        self.handles = HandleBook(connection)  # from here on no other transaction changes people
        self._conflicts = ConflictBook(connection)
        self._book = RecordBook(connection, self.handles)
        self._learn()

    def run(self) -> None:
        """Give each record its person; None: it was erased, or was deleted before it was met.

        A new person has the number of the record's own handle, so these handles come before the ones named.
        """
        self.handles.reserve_ids(own_key(record) for record in self._records)
        self.handles.reserve_ids(sorted(key for keys in self._named for key in keys))
        for record, keys in zip(self._records, self._named, strict=True):
            self._link(record, [] if record.gone else keys)
        amounts = self._book.amounts()
        for record in self._records:
            person = record.person
            record.alone = person is not None and self.handles.is_new(person) and amounts[person] == 1
        self._book.store()
        self.handles.store()
        self._conflicts.end()

    def renew(self, records: Sequence[SourceRecord]) -> None:
        """Give records of the page, also the known ones, the people that merges of this transaction made."""
        met = self._conflicts.open_among({record.conflict for record in records} - {None})
        for record in records:
            if record.person is not None:
                record.person = self.handles.now(record.person)
            if record.conflict not in met:
                record.conflict = None

    def _learn(self) -> None:
        """Read all that the store knows of the records, their addresses and further ids."""
        unknown: set[str] = set()
        for org in {record.org for record in self._records}:
            of_org = (record for record in self._records if record.org == org)
            unknown |= self._book.read(org, {name for record in of_org for name in ids_in(record)})
        self._erased = erased_among(self._connection, unknown)
        self.handles.look_up(key for keys in self._named for key in keys)
        self._book.read_namesakes(self._records)

    def _link(self, record: SourceRecord, keys: Sequence[Key]) -> None:
        key = own_key(record)
        row = self._book.row(key)
        never_met = row is None and record.gone and not record.survivor
        if never_met or record.id in self._erased:
            record.person = None
            return
        if row is None or row.digest is None:
            person, conflict = self._meet(record, key, keys)
        else:
            person, conflict = self._meet_again(record, row, keys)
        if conflict is None:
            for unknown in keys:
                if self.handles.id(unknown) is None:
                    self.handles.add(unknown, person)
        self._book.keep(key, record, person, conflict)
        record.person, record.conflict = person, conflict
        self._follow(record, person)

    def _meet(self, record: SourceRecord, key: Key, keys: Sequence[Key]) -> tuple[int, int | None]:
        """Find the person of a record that is read for the first time, and the conflict that bars it."""
        known_by_others = self.handles.person(key)
        if known_by_others is None and not record.gone and not self.handles.knows(keys):
            return self.handles.add(key), None  # nothing names a person, as most often at first
        named, family_differs = self._people_of(record, keys), self._book.family_differs(record)
        people = set(named.values())
        if people - {known_by_others} and (family_differs or len(people) > 1):
            person = known_by_others or self.handles.add(key)
            kind = "family_name" if family_differs else "handles"
            return person, self._conflicts.open(kind, person, named, keys, record.id)
        found = people.pop() if people else None
        namesake = self._book.namesake(record)
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
        kind = "family_name" if self._book.family_differs(record) else "handles"
        return person, self._conflicts.open(kind, person, foreign, keys, record.id)

    def _people_of(self, record: SourceRecord, keys: Sequence[Key]) -> dict[Key, int]:
        """Return the people that the record's handles name; an address names the one of the same family."""
        named = {key: person for key in keys if (person := self.handles.person(key)) is not None}
        namesake = self._book.namesake(record)
        if namesake and (address := address_key(record)) in named:
            named[address] = self.handles.now(namesake.person)
        return named

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
            self._book.reserve(record, name, person)


def ids_in(record: SourceRecord) -> Iterator[str]:
    """Give the ids of a record, and of those that it became."""
    yield record.id
    if record.survivor:
        yield record.survivor
    if record.contact:
        yield record.contact
