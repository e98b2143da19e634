"""A book of records: those that a transaction needs, with their addresses, and its changes to them."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.address_book import AddressBook
from pipeline.people.handle_book import HandleBook
from pipeline.people.record_identity import (
    Key,
    address_key,
    digest_of,
    family_of,
    rank_of,
    riid_of,
    tells_anything,
)
from pipeline.people.record_rows import RecordRow, known_records, store_records


class RecordBook:
    """Records of one transaction; an address is looked for by its handle."""

    def __init__(self, connection: Connection, handles: HandleBook) -> None:
        self._connection = connection
        self._handles = handles
        self._addresses = AddressBook(connection)
        self._rows: dict[Key, RecordRow] = {}
        self._changed: dict[Key, None] = {}  # in the order of their handles, as far as these are new

    def read(self, org: str, ids: Collection[str]) -> set[str]:
        """Read some records of an org from the store; return the ids of those that are not in it."""
        found = known_records(self._connection, org, ids)
        for row in found.values():
            self._rows["salesforce", org, row.id] = row
            self._handles.know(("salesforce", org, row.id), row.handle, row.person)
        return {name for name in ids if name not in found}

    def read_namesakes(self, records: Sequence[SourceRecord]) -> None:
        """Read the records at the addresses of some records."""
        addresses = {self._handles.id(key) for record in records if (key := address_key(record))}
        self._addresses.read({address for address in addresses if address is not None})

    def row(self, key: Key) -> RecordRow | None:
        """Return a record by its own handle; None: it was never met."""
        return self._rows.get(key)

    def namesake(self, record: SourceRecord) -> RecordRow | None:
        """Return a record with the address and the family name of another one."""
        return self._addresses.namesake(self._address_of(record), family_of(record))

    def family_differs(self, record: SourceRecord) -> bool:
        """Whether the address of a record is known, with other family names alone."""
        return self._addresses.has_another_family(self._address_of(record), family_of(record))

    def keep(self, key: Key, record: SourceRecord, person: int, conflict: int | None) -> None:
        """Note a record as it is now; a deleted one keeps its address and family name."""
        old = self._rows.get(key)
        row = RecordRow(
            id=record.id,
            handle=self._handles.id(key) or 0,
            person=person,
            digest=digest_of(record) if tells_anything(record) else None,
            conflict=conflict,
            active=record.stamp,
            rank=rank_of(record),
            family=old and old.family if record.gone else family_of(record),
            address=old and old.address if record.gone else self._address_of(record),
            riid=riid_of(record.riid) or None,
            gone=record.gone or (record.table == "Lead" and bool(record.contact)),
        )
        if old:
            self._addresses.remove(old)
        self._addresses.add(row)
        self._rows[key] = row
        self._changed[key] = None

    def reserve(self, record: SourceRecord, name: str, person: int) -> None:
        """Note the id of the record that another one became, which is not read yet."""
        key = ("salesforce", record.org, name)
        rank = 0 if name == record.contact else rank_of(record)
        self._rows[key] = RecordRow(name, self._handles.id(key) or 0, person, rank=rank)
        self._changed[key] = None

    def amounts(self) -> Counter[int]:
        """Count the records that are known here of each person; of a new one these are all."""
        return Counter(self._handles.now(row.person) for row in self._rows.values())

    def store(self) -> None:
        """Write the changes."""
        store_records(self._connection, [self._rows[key] for key in self._changed])

    def _address_of(self, record: SourceRecord) -> int | None:
        key = address_key(record)
        return key and self._handles.id(key)
