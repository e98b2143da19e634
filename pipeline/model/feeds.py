"""Feeds: the words in file names, and which of them count.

Twelve feeds have a counter. The feeds of ``OTHERS`` count for the fields of "every row" alone. The rest, such
as launch states, says nothing of a person's activity and is left out.
"""

COUNTERS = {
    "BOUNCE": "email_bounce",
    "CLICK": "email_click",
    "COMPLAINT": "email_complaint",
    "OPEN": "email_open",
    "OPT_IN": "email_opt_in",
    "OPT_OUT": "email_opt_out",
    "SENT": "email_sent",
    "SMS_FAIL": "sms_bounce",
    "SMS_DELIVERED": "sms_open",
    "SMS_OPT_IN": "sms_opt_in",
    "SMS_OPT_OUT": "sms_opt_out",
    "SMS_SENT": "sms_sent",
}
OTHERS = frozenset({"SKIPPED", "FAIL", "CONVERT", "SMS_CLICK", "SMS_SKIPPED"})
OTHER_CHANNELS = ("PUSH", "WEBPUSH", "MMS")  # each word of theirs counts like OTHERS
SPELLINGS = {"SMS_DIVERED": "SMS_DELIVERED"}  # as older files have it
NOT_LINKING = frozenset({"BOUNCE", "COMPLAINT"})  # their address may be another mailbox's
VARIABLE_KINDS = {"captured_at": "moment", "day": "day"}  # of an event's variables; the rest are texts
RECEIPTS = "SMS_DELIVERED"  # a row with another status code than 0 counts as FAILED_RECEIPT
FAILED_RECEIPT = "SMS_FAIL"


def read_word(word: str) -> str:
    """Return the feed's word in capitals, an old spelling as the new one."""
    return SPELLINGS.get(word.upper(), word.upper())


def is_taken(feed: str) -> bool:
    """Tell whether rows of a feed are events; the rest is left out and said."""
    return feed in COUNTERS or feed in OTHERS or feed.startswith(tuple(f"{one}_" for one in OTHER_CHANNELS))


def channel_of(feed: str) -> str:
    """Return "email", "sms", "mms", "push" or "webpush"; words of e-mail have no channel."""
    first = feed.partition("_")[0]
    return first.lower() if first in ("SMS", *OTHER_CHANNELS) else "email"
