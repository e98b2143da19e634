"""One merge into a profile list, record by record."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from emulators.responsys.account import column_types
from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.columns import FILLED_BY_RESPONSYS, PERMISSION_COLUMNS
from emulators.responsys.account.row import Row
from emulators.responsys.calls.merge_results import Outcome
from emulators.responsys.calls.merge_rule import MergeRule
from emulators.responsys.calls.record_data import Values
from emulators.responsys.state.call import Call

BAD_EMAIL = "Bad Email Format\r\n"
FORMATS = {
    "EMAIL_ADDRESS_": (column_types.EMAIL, BAD_EMAIL),
    "MOBILE_NUMBER_": (column_types.MOBILE, "Bad Mobile Number\r\n"),
    "EMAIL_SHA256_HASH_": (re.compile("[0-9a-fA-F]{64}"), "INVALID_PARAMETER: Not a SHA-256 hash"),
    "EMAIL_MD5_HASH_": (re.compile("[0-9a-fA-F]{32}"), "INVALID_PARAMETER: Not an MD5 hash"),
}
NO_MATCH = "RECORD_NOT_FOUND: No records found"
TAKEN = "Email address is that of another record\r\n"
SEVERAL_MATCH = "MULTIPLE_RECIPIENTS_FOUND: several records match"


class ListMerge:
    """The rule, columns and defaults that all records of one call share."""

    def __init__(self, call: Call, profile_list: ProfileList, columns: list[str], rule: MergeRule) -> None:
        self.behaviour = call.behaviour
        self.members = profile_list.members
        self.types = {column: profile_list.fields[column] for column in columns}
        self.rule = rule
        self.match_columns = rule.match_columns
        self.channels = rule.channels
        self.inserts = bool(rule.insertOnNoMatch) and not rule.by_hash and "RIID_" not in self.match_columns
        self.written_columns = [column for column in columns if column not in FILLED_BY_RESPONSYS]
        permission = {rule.optinValue: "I", rule.optoutValue: "O"}
        self.stored_letters = dict.fromkeys(PERMISSION_COLUMNS, permission)
        self.stored_letters["EMAIL_FORMAT_"] = {rule.htmlValue: "H", rule.textValue: "T"}
        self.defaults = dict.fromkeys(
            PERMISSION_COLUMNS, "I" if rule.defaultPermissionStatus == "OPTIN" else "O"
        )
        self.now = datetime.fromtimestamp(call.clock(), UTC).strftime("%Y-%m-%d %H:%M:%S")

    def first_bad_email(self, rows: Iterable[Values]) -> int | None:
        """Return the position of the first malformed address, None if there is none."""
        if "EMAIL_ADDRESS_" not in self.types:
            return None
        column = list(self.types).index("EMAIL_ADDRESS_")
        for position, row in enumerate(rows):
            email = row[column]
            if email and not column_types.EMAIL.fullmatch(email.strip()):
                return position
        return None

    def merge_record(self, values: Values) -> Outcome:
        """Merge one record; return its recipient id, or an error."""
        record = dict(zip(self.types, values, strict=True))
        if problem := self.record_problem(record):
            return problem
        riids = self.members.match_all({column: record[column] or "" for column in self.match_columns})
        if len(riids) > 1:
            return SEVERAL_MATCH
        stored_row = self.members.stored_row(riids[0]) if riids else {}
        for column in self.channels:
            if not record.get(column, stored_row.get(column)):
                return f"INVALID_PARAMETER: {column} is empty"
        if riids:
            return TAKEN if self.is_taken(riids[0], record) else self.update_member(riids[0], record)
        return self.insert_member(record) if self.inserts else NO_MATCH

    def record_problem(self, record: Row) -> str | None:
        """Return the error of a record, None when it has none."""
        for column, value in record.items():
            if not value:
                if column in self.match_columns:
                    return f"INVALID_PARAMETER: match column {column} is empty"
            elif not column_types.value_fits(value, self.types[column]):
                return f"INVALID_PARAMETER: {column_types.misfit_text(value, self.types[column])}"
            elif column in FORMATS and not FORMATS[column][0].fullmatch(value.strip()):
                return FORMATS[column][1]
            elif column in self.stored_letters and value not in self.stored_letters[column]:
                return f"INVALID_PARAMETER: The value {value} is not valid for {column}"
        return None

    def is_taken(self, riid: int, record: Row) -> bool:
        """Tell whether the address that a record gives a member is another one's, and may not be."""
        address = record.get("EMAIL_ADDRESS_") if self.behaviour.unique_addresses else None
        return bool(address) and bool({*self.members.find_all("EMAIL_ADDRESS_", address or "")} - {riid})

    def update_member(self, riid: int, record: Row) -> int:
        """Write the columns that the record names, and no other."""
        if self.rule.updateOnMatch != "NO_UPDATE" and self.behaviour.keep_members:
            always = self.behaviour.default_permission == "always"
            defaults = self.defaults if always else {}
            self.members.update(riid, {**defaults, **self.changes(record), "MODIFIED_DATE_": self.now})
        return riid

    def insert_member(self, record: Row) -> int:
        """Add a member; a status that the record does not carry is the default of the call."""
        if not self.behaviour.keep_members:
            return self.members.reserve_riids(1)
        dates = {"CREATED_DATE_": self.now, "MODIFIED_DATE_": self.now}
        return self.members.insert({**self.defaults, **self.changes(record), **dates})

    def changes(self, record: Row) -> Row:
        """Return the columns to write, statuses in the letters of the list; an empty status is left out."""
        return {
            column: self.stored_letters[column][value] if value and column in self.stored_letters else value
            for column in self.written_columns
            if (value := record[column]) or column not in self.stored_letters
        }
