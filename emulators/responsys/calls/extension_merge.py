"""One merge into a profile extension table, record by record; its rows belong to members of the list."""

from emulators.responsys.account import column_types
from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.columns import HASH_FUNCTIONS
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.account.row import Row
from emulators.responsys.calls.list_merge import NO_MATCH, SEVERAL_MATCH
from emulators.responsys.calls.merge_results import Outcome
from emulators.responsys.calls.record_data import Values

NO_KEY = "INVALID_PARAMETER: fieldNames has no key field of the profile list"
NOT_ON_LIST = "RECORD_NOT_FOUND: No records found in the profile list"


class ExtensionMerge:
    """The table, columns and rights that all records of one call share."""

    def __init__(
        self,
        profile_list: ProfileList,
        table: ExtensionTable,
        columns: list[str],
        match_columns: list[str],
        *,
        inserts: bool,
        updates: bool,
        keeps_rows: bool,
    ) -> None:
        self.members = profile_list.members
        self.table = table
        self.columns = columns
        self.match_columns = match_columns
        self.written_columns = [column for column in columns if column in table.columns]
        self.inserts = inserts and not HASH_FUNCTIONS.keys() & {*match_columns}
        self.updates = updates
        self.keeps_rows = keeps_rows

    def merge_record(self, values: Values) -> Outcome:
        """Merge one record; return its recipient id, or an error."""
        record = dict(zip(self.columns, values, strict=True))
        if problem := self.record_problem(record):
            return problem
        riids = self.members.match_all({column: record[column] or "" for column in self.match_columns})
        if len(riids) != 1:
            return SEVERAL_MATCH if riids else NOT_ON_LIST
        has_row = riids[0] in self.table.rows
        if not has_row and not self.inserts:
            return NO_MATCH
        if self.keeps_rows and (self.updates or not has_row):
            self.table.write_row(
                riids[0], {column: record[column] or None for column in self.written_columns}
            )
        return riids[0]

    def record_problem(self, record: Row) -> str | None:
        """Return the error of a record, None when it has none."""
        for column in self.match_columns:
            if not record[column]:
                return f"INVALID_PARAMETER: match column {column} is empty"
        for column, value in record.items():
            kind = self.table.columns.get(column)
            if kind and not column_types.value_fits(value, kind):
                return f"INVALID_PARAMETER: {column_types.misfit_text(value, kind)}"
        return None
