"""Codes of single rows, in words: the cause, and the effect of sending the row again.

Source: the error tables of Oracle's pages on custom events, merges and triggered e-mails.
"""

from collections.abc import Mapping

WHEN_THERE = "It is sent again: first see that the person is in the list, else it is refused again."
AFTER_MENDING = "It is sent again: mend the cause first, else it is refused again."

CODE_MEANINGS: Mapping[str, tuple[str, str]] = {
    "NO_RECIPIENT_FOUND": ("The person is not in the list.", WHEN_THERE),
    "RECIPIENT_NOT_FOUND": ("The person is not in the list.", WHEN_THERE),
    "RECORD_NOT_FOUND": ("The person is not in the list, and was not to be added.", WHEN_THERE),
    "MULTIPLE_RECIPIENTS_FOUND": ("The identifier is that of several people.", AFTER_MENDING),
    "RECIPIENT_STATUS_UNDELIVERABLE": ("The person cannot be reached at this address.", AFTER_MENDING),
    "MERGEFAILED": (
        "Responsys did not take the row.",
        "It is sent again: mend the cause first. Steps before this one change nothing more.",
    ),
    "DELETEFAILED": ("Responsys did not remove the row.", AFTER_MENDING),
    "INVALID_PARAMETER": ("A value of the row is not one that Responsys takes.", AFTER_MENDING),
    "INVALID_NUMBER": ("A value of the row is no number.", AFTER_MENDING),
    "INVALID_DATE": ("A value of the row is no date.", AFTER_MENDING),
}
