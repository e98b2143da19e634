"""Bring records into a profile list, one after the other."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from emulators.responsys.account import column_types
from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.columns import FILLED_BY_RESPONSYS, PERMISSION_COLUMNS
from emulators.responsys.account.row import Row
from emulators.responsys.calls.merge_rule import MergeRule
from emulators.responsys.calls.record_data import Values
from emulators.responsys.state.call import Call

BAD_EMAIL = "Bad Email Format\r\n"
SHAPES = {
    "EMAIL_ADDRESS_": (column_types.EMAIL, BAD_EMAIL),
    "MOBILE_NUMBER_": (column_types.MOBILE, "Bad Mobile Number\r\n"),
    "EMAIL_SHA256_HASH_": (re.compile("[0-9a-fA-F]{64}"), "INVALID_PARAMETER: Not a SHA-256 hash"),
    "EMAIL_MD5_HASH_": (re.compile("[0-9a-fA-F]{32}"), "INVALID_PARAMETER: Not an MD5 hash"),
}
NO_MATCH = "RECORD_NOT_FOUND: No records found"
SEVERAL = "MULTIPLE_RECIPIENTS_FOUND: several records match"


class ListMerge:
    """What is the same for all records of one call."""

    def __init__(self, call: Call, profile_list: ProfileList, columns: list[str], rule: MergeRule) -> None:
        self.behaviour = call.behaviour
        self.members = profile_list.members
        self.kinds = {column: profile_list.fields[column] for column in columns}
        self.rule = rule
        self.match = rule.match_columns
        self.channels = rule.channels
        self.inserts = bool(rule.insertOnNoMatch) and not rule.by_hash and "RIID_" not in self.match
        self.written = [column for column in columns if column not in FILLED_BY_RESPONSYS]
        permission = {rule.optinValue: "I", rule.optoutValue: "O"}
        self.letters = dict.fromkeys(PERMISSION_COLUMNS, permission)
        self.letters["EMAIL_FORMAT_"] = {rule.htmlValue: "H", rule.textValue: "T"}
        self.defaults = dict.fromkeys(
            PERMISSION_COLUMNS, "I" if rule.defaultPermissionStatus == "OPTIN" else "O"
        )
        self.now = datetime.fromtimestamp(call.clock(), UTC).strftime("%Y-%m-%d %H:%M:%S")

    def bad_email(self, rows: Iterable[Values]) -> int | None:
        """Return the position of the first malformed address."""
        if "EMAIL_ADDRESS_" not in self.kinds:
            return None
        at = list(self.kinds).index("EMAIL_ADDRESS_")
        for position, row in enumerate(rows):
            email = row[at]
            if email and not column_types.EMAIL.fullmatch(email.strip()):
                return position
        return None

    def merge(self, values: Values) -> int | str:
        """Merge one record; return its recipient id, or why it failed."""
        record = dict(zip(self.kinds, values, strict=True))
        if complaint := self.complaint(record):
            return complaint
        found = self.members.match_all({column: record[column] or "" for column in self.match})
        if len(found) > 1:
            return SEVERAL
        stored = self.members.stored_row(found[0]) if found else {}
        for column in self.channels:
            if not record.get(column, stored.get(column)):
                return f"INVALID_PARAMETER: {column} is empty"
        if found:
            return self.update(found[0], record)
        return self.insert(record) if self.inserts else NO_MATCH

    def complaint(self, record: Row) -> str | None:
        """Say which value a record must not have, None when all are fine."""
        for column, value in record.items():
            if not value:
                if column in self.match:
                    return f"INVALID_PARAMETER: match column {column} is empty"
            elif not column_types.value_fits(value, self.kinds[column]):
                return f"INVALID_PARAMETER: {column_types.misfit_text(value, self.kinds[column])}"
            elif column in SHAPES and not SHAPES[column][0].fullmatch(value.strip()):
                return SHAPES[column][1]
            elif column in self.letters and value not in self.letters[column]:
                return f"INVALID_PARAMETER: The value {value} is not valid for {column}"
        return None

    def update(self, riid: int, record: Row) -> int:
        """Write the columns that are named; the others stay."""
        if self.rule.updateOnMatch != "NO_UPDATE" and self.behaviour.keep_members:
            always = self.behaviour.default_permission == "always"
            defaults = self.defaults if always else {}
            self.members.update(riid, {**defaults, **self.changes(record), "MODIFIED_DATE_": self.now})
        return riid

    def insert(self, record: Row) -> int:
        """Add a person; a status that the record does not carry is the default of the call."""
        if not self.behaviour.keep_members:
            return self.members.reserve_riids(1)
        dates = {"CREATED_DATE_": self.now, "MODIFIED_DATE_": self.now}
        return self.members.insert({**self.defaults, **self.changes(record), **dates})

    def changes(self, record: Row) -> Row:
        """Return what a record says, in the letters that are stored; an empty status says nothing."""
        return {
            column: self.letters[column][value] if value and column in self.letters else value
            for column in self.written
            if (value := record[column]) or column not in self.letters
        }
