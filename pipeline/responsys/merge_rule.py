"""Merge rules: how a merge finds people in the profile list, inserts and updates them."""

from collections.abc import Sequence
from typing import Any

from pipeline.model.activation import Activation

# Letters of a permission status, and the words for it in a rule.
OPTED_IN, OPTED_OUT = "I", "O"
STATUS = {"optin": "OPTIN", "optout": "OPTOUT"}


def merge_rule(*, insert: bool, update: str, match: Sequence[str], new_members: str | None) -> dict[str, Any]:
    """Return ``mergeRule``; ``match``: the one or two columns that people are found by.

    ``new_members``: "optin" or "optout" (None), for records without a status. Oracle does not say whether
    ``defaultPermissionStatus`` also falls on existing members; its page suggests that it leaves them
    alone, and NO_UPDATE keeps it from them.
    """
    first, second = match[0], match[1] if len(match) > 1 else None
    return {
        "insertOnNoMatch": insert,
        "updateOnMatch": update,
        "matchColumnName1": first,
        "matchColumnName2": second,
        "matchOperator": "AND" if second else "NONE",
        "optinValue": OPTED_IN,
        "optoutValue": OPTED_OUT,
        "htmlValue": "H",
        "textValue": "T",
        "rejectRecordIfChannelEmpty": None,  # for the channel that people are found by it is always on
        "defaultPermissionStatus": STATUS[new_members or "optout"],
    }


def is_leaver(row: Activation) -> bool:
    """Return whether the profile leaves the audience."""
    return row.call_type == "REMOVE"
