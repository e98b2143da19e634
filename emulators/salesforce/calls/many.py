"""Writes of many records: their size, their results in order, and all or none.

Source: REST API Developer Guide, ``resources_composite_sobjects_collections.htm``: at most ten runs of one
type.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

import msgspec

from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import ApiError, RowError, violation_error
from emulators.salesforce.org.table import Table
from emulators.salesforce.soql.rows import find_table
from emulators.salesforce.state.call import Call
from emulators.serving.messages import Answer

MOST_RECORDS, MOST_RUNS = 200, 10
ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
Body = dict[str, Any]
Result = dict[str, Any]


class Records(msgspec.Struct, rename="camel"):
    """The body of a write."""

    records: list[Body]
    all_or_none: bool = False


def write_all(call: Call, body: Records, write: Callable[[Body], Result], mixed: bool) -> Answer:
    """Write each record, and all or none where the client wants it so."""
    check_size(body.records, mixed)
    results: list[Result] = []
    rejected: dict[int, str] = {}
    with call.org.transaction() as take_back:
        for position, record in enumerate(body.records):
            with call.org.transaction() as take_row_back:
                try:
                    results.append(write(record))
                except RowError as error:
                    take_row_back()
                    rejected[position] = error.code
                    results.append(error.result())
        if rejected and body.all_or_none:
            take_back()
            good = (position for position in range(len(results)) if position not in rejected)
            for position in good:
                rejected[position] = ROLLED_BACK.code
                results[position] = ROLLED_BACK.result()
    call.entry.rows = len(results)
    call.entry.rejected = rejected
    call.entry.ids = [result["id"] for result in results if result["success"]]
    return json_answer(results)


def check_size(records: list[Body], mixed: bool) -> None:
    """Refuse a call of no records, of too many, or of too many runs of a type."""
    if not records or len(records) > MOST_RECORDS:
        reason = f"{len(records)} records in one call, 1 to {MOST_RECORDS} are allowed"
        raise violation_error("EXCEEDED_ID_LIMIT", reason)
    if mixed and len(list(groupby(type_of(record) for record in records))) > MOST_RUNS:
        reason = f"Cannot have more than {MOST_RUNS} chunks per operation: sort the records by type"
        raise violation_error("INVALID_INPUT", reason)


def type_of(record: Body) -> str:
    """Return the type that a record names; raises ApiError."""
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise violation_error("INVALID_INPUT", "a record has no attributes.type")
    return name


def typed(call: Call, record: Body) -> Table:
    """Return the object of a record."""
    try:
        return find_table(call.org, type_of(record))
    except ApiError as error:
        raise RowError(error.code, error.message) from error


def fields_in(record: Body) -> Body:
    """Return the fields of a record, without type and id."""
    return {name: value for name, value in record.items() if name not in ("attributes", "id", "Id")}
