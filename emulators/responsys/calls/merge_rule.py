"""Merge rules: the columns by which a merge finds members, and its right to insert and to update.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/profile-list-definitions-rule-parameters.htm
"""

from typing import Literal

import msgspec

from emulators.responsys.account.columns import (
    CHANNEL_COLUMNS,
    FILLED_BY_RESPONSYS,
    HASH_FUNCTIONS,
    KEY_COLUMNS,
    PERMISSION_COLUMNS,
)
from emulators.responsys.messages.errors import violation_error


class MergeRule(msgspec.Struct, forbid_unknown_fields=True):
    """``mergeRule``, in the order in which Responsys echoes it."""

    textValue: str | None = None
    htmlValue: str | None = None
    optinValue: str | None = None
    insertOnNoMatch: bool | None = None
    updateOnMatch: Literal["REPLACE_ALL", "NO_UPDATE"] | None = None
    matchColumnName1: str | None = None
    matchColumnName2: str | None = None
    matchOperator: Literal["NONE", "AND"] | None = None
    optoutValue: str | None = None
    rejectRecordIfChannelEmpty: str | None = None
    defaultPermissionStatus: Literal["OPTIN", "OPTOUT"] | None = None
    matchColumnName3: None = None

    @property
    def match_columns(self) -> list[str]:
        """One or two columns, in upper case."""
        return [name.upper() for name in (self.matchColumnName1, self.matchColumnName2) if name]

    @property
    def by_hash(self) -> bool:
        """True when members are found by a hash, and therefore never inserted."""
        return any(column in HASH_FUNCTIONS for column in self.match_columns)

    @property
    def channels(self) -> set[str]:
        """The addresses that a record must have; always that of the first match column."""
        letters = [
            part.strip() for part in (self.rejectRecordIfChannelEmpty or "").split(",") if part.strip()
        ]
        if unknown := [letter for letter in letters if letter not in CHANNEL_COLUMNS]:
            raise violation_error(
                "INVALID_PARAMETER", f"rejectRecordIfChannelEmpty has {unknown[0]}, not E, M or P"
            )
        return {CHANNEL_COLUMNS[letter] for letter in letters} | {*CHANNEL_COLUMNS.values()}.intersection(
            self.match_columns[:1]
        )


def check_rule(rule: MergeRule, columns: list[str]) -> None:
    """Refuse a rule that contradicts itself, or the columns of the call."""
    check_match_columns(rule.match_columns, columns)
    expected = "AND" if len(rule.match_columns) == 2 else "NONE"
    if rule.matchOperator not in (None, expected):
        raise violation_error("INVALID_PARAMETER", f"matchOperator is {rule.matchOperator}, not {expected}")
    for column in columns:
        if column in FILLED_BY_RESPONSYS and column not in rule.match_columns:
            raise violation_error(
                "INVALID_PARAMETER", f"{column} is filled by Responsys and cannot be written"
            )
    check_values(rule, columns)


def check_match_columns(match_columns: list[str], columns: list[str]) -> None:
    """Refuse match columns that do not go together."""
    if not match_columns:
        raise violation_error("INVALID_PARAMETER", "Match Column is null")
    for column in match_columns:
        if column not in KEY_COLUMNS:
            raise violation_error("INVALID_PARAMETER", f"{column} is not a match column")
        if column not in columns:
            raise violation_error("INVALID_PARAMETER", f"match column {column} is not among fieldNames")
    if len(match_columns) == 2 and len({*match_columns} - {*HASH_FUNCTIONS, "EMAIL_ADDRESS_"}) == 0:
        raise violation_error(
            "INVALID_PARAMETER", f"{match_columns[0]} and {match_columns[1]} cannot be matched together"
        )
    if len({*match_columns}) < len(match_columns):
        raise violation_error("INVALID_PARAMETER", f"match column {match_columns[0]} comes twice")


def check_values(rule: MergeRule, columns: list[str]) -> None:
    """Refuse a status or format if the rule does not explain its letters."""
    if {*PERMISSION_COLUMNS} & {*columns}:
        if not rule.optinValue or not rule.optoutValue:
            raise violation_error("INVALID_PARAMETER", "a permission status needs optinValue and optoutValue")
        if rule.optinValue == rule.optoutValue:
            raise violation_error("INVALID_PARAMETER", "optinValue and optoutValue are the same")
    if "EMAIL_FORMAT_" in columns and not (rule.htmlValue and rule.textValue):
        raise violation_error("INVALID_PARAMETER", "EMAIL_FORMAT_ needs htmlValue and textValue")


def refuse_hash_inserts(rule: MergeRule) -> None:
    """Refuse a rule that merge-trigger does not take: insert by a hash."""
    if rule.by_hash and rule.insertOnNoMatch:
        raise violation_error("INVALID_PARAMETER", "a hash can be matched only with insertOnNoMatch false")
