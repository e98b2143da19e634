"""Bring records into a profile extension table: about people who are on its list."""

from emulators.responsys.account import column_types
from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.columns import HASH_FUNCTIONS
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.account.row import Row
from emulators.responsys.calls.list_merge import NO_MATCH, SEVERAL
from emulators.responsys.calls.record_data import Values

NO_KEY = "INVALID_PARAMETER: fieldNames has no key field of the profile list"
NOT_ON_LIST = "RECORD_NOT_FOUND: No records found in the profile list"


class ExtensionMerge:
    """What is the same for all records of one call."""

    def __init__(
        self,
        profile_list: ProfileList,
        table: ExtensionTable,
        columns: list[str],
        match: list[str],
        *,
        inserts: bool,
        updates: bool,
        keeps: bool,
    ) -> None:
        self.members = profile_list.members
        self.table = table
        self.columns = columns
        self.match = match
        self.written = [column for column in columns if column in table.columns]
        self.inserts = inserts and not HASH_FUNCTIONS.keys() & {*match}
        self.updates = updates
        self.keeps = keeps

    def merge(self, values: Values) -> int | str:
        """Merge one record; return its recipient id, or why it failed."""
        record = dict(zip(self.columns, values, strict=True))
        if complaint := self.complaint(record):
            return complaint
        found = self.members.match_all({column: record[column] or "" for column in self.match})
        if len(found) != 1:
            return SEVERAL if found else NOT_ON_LIST
        exists = found[0] in self.table.rows
        if not exists and not self.inserts:
            return NO_MATCH
        if self.keeps and (self.updates or not exists):
            self.table.write_row(found[0], {column: record[column] or None for column in self.written})
        return found[0]

    def complaint(self, record: Row) -> str | None:
        """Say what is wrong with a record, None when nothing is."""
        for column in self.match:
            if not record[column]:
                return f"INVALID_PARAMETER: match column {column} is empty"
        for column, value in record.items():
            kind = self.table.columns.get(column)
            if kind and not column_types.value_fits(value, kind):
                return f"INVALID_PARAMETER: {column_types.misfit_text(value, kind)}"
        return None
