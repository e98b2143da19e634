"""Ids that were deleted or updated within a time.

Source: REST API Developer Guide, ``resources_getdeleted.htm`` and ``resources_getupdated.htm``.
"""

from collections.abc import Iterator

from emulators.salesforce.calls.resources import table_of_path
from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import violation_error
from emulators.salesforce.messages.moments import moment_text, read_moment
from emulators.salesforce.org.record import Values
from emulators.salesforce.state.call import Call
from emulators.serving.messages import Answer

FARTHEST = 30 * 86_400  # seconds back
MINUTE = 60


def show_deleted(call: Call) -> Answer:
    """Answer with the ids that were deleted."""
    start, end = times(call)
    rows = [
        {"id": values["Id"], "deletedDate": moment_text(values["SystemModstamp"])}
        for values in written(call, start, end)
        if values.get("IsDeleted")
    ]
    earliest = moment_text(int(call.org.clock()) - FARTHEST)
    covered = {"earliestDateAvailable": earliest, "latestDateCovered": moment_text(end)}
    return json_answer({"deletedRecords": rows, **covered})


def show_updated(call: Call) -> Answer:
    """Answer with the ids that were created or changed."""
    start, end = times(call)
    ids = [values["Id"] for values in written(call, start, end) if not values.get("IsDeleted")]
    return json_answer({"ids": ids, "latestDateCovered": moment_text(end)})


def written(call: Call, start: int, end: int) -> Iterator[Values]:
    """Yield the records that were stamped within a time and are seen."""
    now = call.org.clock()
    for record in table_of_path(call).records.values():
        values = record.seen_at(now)
        if values is not None and start <= values["SystemModstamp"] < end:
            yield values


def times(call: Call) -> tuple[int, int]:
    """Return start and end in whole minutes; raises ApiError."""
    try:
        start, end = (read_moment(call.query(name)) // MINUTE * MINUTE for name in ("start", "end"))
    except ValueError as error:
        raise violation_error("INVALID_REPLICATION_DATE", str(error)) from error
    if start >= end or start < call.org.clock() - FARTHEST:
        raise violation_error("INVALID_REPLICATION_DATE", "startDate before endDate, within the last 30 days")
    return start, end
