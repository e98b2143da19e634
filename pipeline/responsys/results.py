"""Answers to triggers and events: one result per recipient, in the order of the recipients.

::

    [{"errorMessage": null, "success": true, "recipientId": 364470001},
     {"errorMessage": "NO_RECIPIENT_FOUND: Recipient Not Found", "success": false, "recipientId": -1}]
"""

from collections.abc import Sequence
from typing import Any

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Rejection
from pipeline.responsys.errors import CODE, shortened
from pipeline.text.plural import counted
from pipeline.wire.codes import OTHER, UNKNOWN


def read_results(
    rows: Sequence[object], answer: Any, sent: Sequence[object] | None = None
) -> list[Rejection | None]:
    """Return one verdict per row; ``sent`` are the RIIDs of their recipients where those were sent.

    A result does not name its recipient, so an answer with another number of results is not used.

    Raises:
        OutcomeUnknown: the answer has another shape, length or order.
    """
    if not isinstance(answer, list) or len(answer) != len(rows):
        size = counted(len(answer), "result") if isinstance(answer, list) else "no list of results"
        raise OutcomeUnknown(UNKNOWN, f"{size} for {counted(len(rows), 'recipient')}")
    verdicts = [verdict(result) for result in answer]
    if sent and any(contradicts(result, riid) for result, riid in zip(answer, sent, strict=True)):
        raise OutcomeUnknown(UNKNOWN, "a result is for another recipient than the one in its place")
    return verdicts


def contradicts(result: dict[str, Any], riid: object) -> bool:
    """True if a result names another recipient; -1 names none."""
    return str(result.get("recipientId")) not in ("None", "-1", str(riid))


def verdict(result: Any) -> Rejection | None:
    """Read one result: ``CODE`` or ``CODE: text`` in its message, or nothing when it went well."""
    success = result.get("success") if type(result) is dict else None
    if type(success) is not bool:
        raise OutcomeUnknown(UNKNOWN, "a result is not of the documented shape")
    message = result.get("errorMessage")
    if not message:
        return None if success else Rejection(OTHER, "rejected without a reason")
    code, _, detail = str(message).strip().partition(":")
    if CODE.fullmatch(code.strip()):
        return Rejection(code.strip(), shortened(detail))
    return Rejection(OTHER, shortened(str(message)))
