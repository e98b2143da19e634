"""Trigger a custom event for people who are on a profile list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-events-eventName-post.htm
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from emulators.responsys.account.columns import SYSTEM_COLUMNS
from emulators.responsys.calls.recipients import Item, RecipientData, Resolution, identifier, results
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry


class Mapping(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Which variable fills which of the event's slots."""

    eventNumberDataMapping: str | None = None
    eventDateDataMapping: str | None = None
    eventStringDataMapping: str | None = None


class Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The request."""

    customEvent: Mapping | None
    recipientData: list[RecipientData]


DECODER = msgspec.json.Decoder(Body)


def trigger(call: Call) -> Answer:
    """Hand every recipient to the event, or say why not; one result each, in the same order."""
    (event,) = call.path_names
    rows = read(call)
    if event not in call.account.events:
        raise ApiError("CUSTOM_EVENT_NOT_FOUND", f"{event} Custom Event Not Found")
    resolution = Resolution(call, rows)
    call.add_to_ledger(event, len(rows), resolution.riids, resolution.rejected)
    return json_answer(results(resolution.riids, resolution.rejected))


def listing(call: Call) -> Answer:
    """Name every event of the account. Oracle's pages disagree on whether the type is told: it is not."""
    return json_answer([{"eventName": name, "description": ""} for name in sorted(call.account.events)])


def read(call: Call) -> list[RecipientData]:
    """Decode the body; refuse all of it when any part is not as documented."""
    rows = bodies.read_body(call.request, DECODER).recipientData
    bodies.check_count(len(rows), "recipient", "recipientData")
    check_names(row.optionalData for row in rows)
    return rows


def check_names(data: Iterable[list[Item] | None]) -> None:
    """Refuse the names of system columns: the real thing skips people over them."""
    names = {item.name for items in data if items for item in items}
    if reserved := sorted(name for name in names if name.upper() in SYSTEM_COLUMNS):
        raise violation_error(
            "INVALID_PARAMETER", f"optionalData names a system column: {', '.join(reserved)}"
        )


def describe(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Tell a processed call recipient by recipient; nothing when bodies were not kept."""
    rows = DECODER.decode(entry.body).recipientData if entry.body else []
    return [describe_row(entry, position, row) for position, row in enumerate(rows)]


def describe_row(entry: LedgerEntry, position: int, row: RecipientData) -> dict[str, Any]:
    """Tell what became of one recipient."""
    kind, value = identifier(row.recipient) or (None, None)
    return {
        "position": position,
        "kind": kind,
        "identifier": value,
        "recipientId": entry.riids[position],
        "errorMessage": entry.rejected.get(position),
        "optionalData": {item.name: item.value for item in row.optionalData or ()},
    }
