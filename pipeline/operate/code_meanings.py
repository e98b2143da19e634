"""Meanings of the codes of dead letters, for a person that decides on them: our codes, then each kind's."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.records.kinds import KINDS


@dataclass(frozen=True)
class CodeMeaning:
    """The cause that a code tells, and the effect of sending such a row again."""

    meaning: str
    replaying: str


SENT_AGAIN = "It is sent again, once."
MAY_BE_TWICE = (
    "An event may be triggered twice: no file tells of events, so a person decides. "
    "An e-mail may be sent twice, unless it is marked “not sent: safe to replay”. "
    "A merge changes nothing more."
)
OURS: Mapping[str, CodeMeaning] = {
    "Invalid": CodeMeaning(
        "It could never be sent: the detail says what is missing or wrong.",
        "It is sent as it is: mend the configuration first. A row that is spoilt is refused again.",
    ),
    "Timeout": CodeMeaning("The call went out, and its answer did not arrive in time.", MAY_BE_TWICE),
    "OutcomeUnknown": CodeMeaning(
        "The call went out, and its answer does not tell its outcome.", MAY_BE_TWICE
    ),
    "OtherError": CodeMeaning("No answer that can be read, eight times.", SENT_AGAIN),
    "OptedOut": CodeMeaning(
        "The person is out by the consents that the destination honours.",
        "It is sent if the person is back in by then, else it is refused again.",
    ),
    "PAYLOAD_TOO_LARGE": CodeMeaning("The row is larger than a call may be.", "It is refused again."),
}
UNKNOWN = CodeMeaning("The account's own word: the detail says more.", SENT_AGAIN)


def meaning_of(code: str) -> CodeMeaning:
    """Return the meaning of a code."""
    if code in OURS:
        return OURS[code]
    texts = next((kind.code_meanings[code] for kind in KINDS.values() if code in kind.code_meanings), None)
    return UNKNOWN if texts is None else CodeMeaning(*texts)
