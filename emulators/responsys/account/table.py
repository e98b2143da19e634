"""One supplemental table, with its rows."""

from emulators.responsys.account import column_types
from emulators.responsys.account.row import Row
from emulators.responsys.account.seed import TableSeed

NO_MATCH = "RECORD_NOT_FOUND: No records found\r\n"


class SupplementalTable:
    """Rows by primary key where there is one, else in the order they came."""

    def __init__(self, seed: TableSeed) -> None:
        self.name = seed.name
        self.folder = seed.folder
        self.fields = {name.upper(): kind for name, kind in seed.fields.items()}
        self.primary_key = [name.upper() for name in seed.primary_key]
        self.rows: dict[tuple[str | None, ...], Row] = {}
        for row in seed.rows:
            self.write_row({name.upper(): value for name, value in row.items()})

    def key_of(self, row: Row) -> tuple[str | None, ...]:
        """Return the key that a row is stored under."""
        if not self.primary_key:
            return (str(len(self.rows)),)
        return tuple(row.get(column) for column in self.primary_key)

    def write_row(self, row: Row) -> None:
        """Add a row."""
        self.rows[self.key_of(row)] = dict.fromkeys(self.fields) | row

    def find_rows(self, row: Row, match_columns: list[str]) -> list[Row]:
        """Return the rows that have the same values in the columns ``match``."""
        if match_columns == self.primary_key:
            stored = self.rows.get(self.key_of(row))
            return [] if stored is None else [stored]
        rows = self.rows.values()
        return [stored for stored in rows if all(stored[column] == row[column] for column in match_columns)]

    def record_problem(self, row: Row, match_columns: list[str]) -> str | None:
        """Return the error of a record, None when it has none."""
        for column, value in row.items():
            if not value and column in match_columns:
                return f"The field {column} is empty\r\n"
            if not column_types.value_fits(value, self.fields[column]):
                return f"{column_types.misfit_text(value, self.fields[column])}\r\n"
        return None

    def merge_record(self, row: Row, match_columns: list[str], *, inserts: bool, updates: bool) -> str | None:
        """Merge one record; return the error, None when it has none."""
        if problem := self.record_problem(row, match_columns):
            return problem
        row = {column: value or None for column, value in row.items()}
        matches = self.find_rows(row, match_columns)
        if not matches and not inserts:
            return NO_MATCH
        if not matches:
            self.write_row(row)
        for stored in matches if updates else ():
            stored.update(row)
        return None
