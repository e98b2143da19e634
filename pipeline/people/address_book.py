"""An address book: the records at an address, by their family names."""

from collections.abc import Collection

from sqlalchemy import Connection

from pipeline.people.record_rows import RecordRow, records_at


class AddressBook:
    """Records at the addresses that a transaction needs; an address is known by its handle."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._families: dict[int, dict[int, dict[int, RecordRow]]] = {}  # address, family, handle

    def read(self, addresses: Collection[int]) -> None:
        """Read the records at some addresses."""
        for row in records_at(self._connection, addresses):
            self.add(row)

    def add(self, row: RecordRow) -> None:
        """Put a record at its address."""
        if row.address is not None and row.family is not None:
            self._families.setdefault(row.address, {}).setdefault(row.family, {})[row.handle] = row

    def remove(self, row: RecordRow) -> None:
        """Take a record away from its address."""
        if row.address is not None and row.family is not None:
            family = self._families.get(row.address, {}).get(row.family, {})
            family.pop(row.handle, None)
            if not family:
                self._families.get(row.address, {}).pop(row.family, None)

    def namesake(self, address: int | None, family: int | None) -> RecordRow | None:
        """Return a record with both the address and the family name, of the earliest handle."""
        same = self._families.get(address or 0, {}).get(family or 0, {})
        return same[min(same)] if same else None

    def has_another_family(self, address: int | None, family: int | None) -> bool:
        """Whether the address is known, with other family names alone."""
        families = self._families.get(address or 0, {})
        return family is not None and bool(families) and family not in families
