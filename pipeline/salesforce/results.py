"""Results of a collection: one per record, in the order of the records.

::

    [{"id": "003…", "success": true, "errors": []},
     {"success": false, "errors": [{"statusCode": "STRING_TOO_LONG", "message": "…", "fields": ["Title"]}]}]
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Again, Rejection
from pipeline.salesforce.errors import CODE
from pipeline.text.plural import counted
from pipeline.text.redaction import MAX_DETAIL, Hidden, masked
from pipeline.wire.codes import OTHER, UNKNOWN

LOCKED = "UNABLE_TO_LOCK_ROW"  # also inside the text of a trigger
# The record has changed since it was found: it was merged, converted or deleted.
MOVED = frozenset(
    "ENTITY_IS_DELETED CANNOT_UPDATE_CONVERTED_LEAD INVALID_CROSS_REFERENCE_KEY NOT_FOUND".split()
)
PASSING = frozenset(  # trouble on their side
    """
    UNABLE_TO_LOCK_ROW SERVER_UNAVAILABLE REQUEST_RUNNING_TOO_LONG TOO_MANY_APEX_REQUESTS QUERY_TIMEOUT
    PLATFORM_EVENT_PUBLISHING_UNAVAILABLE
    """.split()
)
# Not about the row: the configuration names a field that is hidden, renamed, or not ours to write.
SETUP_CODES = frozenset({"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_TYPE"})

Failure = Rejection | Again


def read_results(answer: Any, ids: Sequence[str | None]) -> list[Mapping[str, Any]]:
    """Return the results of records; ``ids`` are theirs, None for one that is written by another key.

    Raises:
        OutcomeUnknown: there are too few, too many, or those of other records.
    """
    if not isinstance(answer, list) or len(answer) != len(ids):
        size = counted(len(answer), "result") if isinstance(answer, list) else "no list of results"
        raise OutcomeUnknown(UNKNOWN, f"{size} for {counted(len(ids), 'record')}")
    for result, record_id in zip(answer, ids, strict=True):
        if not isinstance(result, dict) or not isinstance(result.get("success"), bool):
            raise OutcomeUnknown(UNKNOWN, "a result is not of the documented shape")
        if record_id is not None and result.get("id") not in (None, record_id):
            raise OutcomeUnknown(UNKNOWN, "a result is for another record than the one in its place")
    return answer


def failure_of(result: Mapping[str, Any], values: Mapping[str, Any]) -> Failure | None:
    """Return why a record was not written, without its ``values``; None if it was."""
    if result["success"]:
        return None
    errors = result.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = first.get("statusCode") or first.get("errorCode")
    code = code if isinstance(code, str) and CODE.fullmatch(code) else OTHER
    text = str(first.get("message") or "")
    detail = masked(Hidden(values.values())(text))[:MAX_DETAIL]
    if code in MOVED or code in PASSING or LOCKED in text:
        return Again(code, detail, anew=code in MOVED)
    return Rejection(code, detail)
