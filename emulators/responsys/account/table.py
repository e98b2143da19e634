"""One supplemental table, with its rows."""

from emulators.responsys.account import cells
from emulators.responsys.account.people import Row
from emulators.responsys.account.seed import TableSeed

NO_MATCH = "RECORD_NOT_FOUND: No records found\r\n"


class Table:
    """Rows by primary key where there is one, else in the order they came."""

    def __init__(self, seed: TableSeed) -> None:
        self.name = seed.name
        self.folder = seed.folder
        self.fields = {name.upper(): kind for name, kind in seed.fields.items()}
        self.primary_key = [name.upper() for name in seed.primary_key]
        self.rows: dict[tuple[str | None, ...], Row] = {}
        for row in seed.rows:
            self.write({name.upper(): value for name, value in row.items()})

    def key(self, row: Row) -> tuple[str | None, ...]:
        """Return what a row is stored by."""
        if not self.primary_key:
            return (str(len(self.rows)),)
        return tuple(row.get(column) for column in self.primary_key)

    def write(self, row: Row) -> None:
        """Add a row."""
        self.rows[self.key(row)] = dict.fromkeys(self.fields) | row

    def find(self, row: Row, match: list[str]) -> list[Row]:
        """Return the rows that have the same values in the columns ``match``."""
        if match == self.primary_key:
            found = self.rows.get(self.key(row))
            return [] if found is None else [found]
        return [one for one in self.rows.values() if all(one[column] == row[column] for column in match)]

    def complaint(self, row: Row, match: list[str]) -> str | None:
        """Say what is wrong with a record, None when nothing is."""
        for column, value in row.items():
            if not value and column in match:
                return f"The field {column} is empty\r\n"
            if not cells.fits(value, self.fields[column]):
                return f"{cells.misfit(value, self.fields[column])}\r\n"
        return None

    def merge(self, row: Row, match: list[str], *, inserts: bool, updates: bool) -> str | None:
        """Bring one record in; return why that failed, None when it did not."""
        if complaint := self.complaint(row, match):
            return complaint
        row = {column: value or None for column, value in row.items()}
        found = self.find(row, match)
        if not found and not inserts:
            return NO_MATCH
        if not found:
            self.write(row)
        for one in found if updates else ():
            one.update(row)
        return None
