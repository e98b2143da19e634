"""Custom events, triggered for members of a profile list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-events-eventName-post.htm
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from emulators.responsys.account.columns import SYSTEM_COLUMNS
from emulators.responsys.calls.recipients import RecipientData, Variable, identifier_of
from emulators.responsys.calls.resolution import Resolution, recipient_results
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry
from emulators.serving.messages import Answer


class EventMapping(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The variables that fill the event's slots."""

    eventNumberDataMapping: str | None = None
    eventDateDataMapping: str | None = None
    eventStringDataMapping: str | None = None


class EventBody(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The request."""

    customEvent: EventMapping | None
    recipientData: list[RecipientData]


DECODER = msgspec.json.Decoder(EventBody)


def trigger_event(call: Call) -> Answer:
    """Hand every recipient to the event; answer with a result or an error for each, in the same order."""
    (event,) = call.path_names
    rows = read_rows(call)
    if event not in call.account.events:
        raise ApiError("CUSTOM_EVENT_NOT_FOUND", f"{event} Custom Event Not Found")
    resolution = Resolution(call, rows)
    call.add_to_ledger(event, len(rows), resolution.riids, resolution.rejected)
    return json_answer(recipient_results(resolution.riids, resolution.rejected))


def show_events(call: Call) -> Answer:
    """Answer with every event of the account. Oracle's pages disagree on its type: it is left out."""
    return json_answer([{"eventName": name, "description": ""} for name in sorted(call.account.events)])


def read_rows(call: Call) -> list[RecipientData]:
    """Decode the body; refuse all of it when any part is not as documented."""
    rows = bodies.read_body(call.request, DECODER).recipientData
    bodies.check_count(len(rows), "recipient", "recipientData")
    check_variables(row.optionalData for row in rows)
    return rows


def check_variables(data: Iterable[list[Variable] | None]) -> None:
    """Refuse variables named like system columns: Responsys itself skips their recipients."""
    names = {variable.name for variables in data if variables for variable in variables}
    if reserved := sorted(name for name in names if name.upper() in SYSTEM_COLUMNS):
        raise violation_error(
            "INVALID_PARAMETER", f"optionalData names a system column: {', '.join(reserved)}"
        )


def describe_event(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Return the recipients of a call for the ledger; none if the body was not kept."""
    rows = DECODER.decode(entry.body).recipientData if entry.body else []
    return [describe_recipient(entry, position, row) for position, row in enumerate(rows)]


def describe_recipient(entry: LedgerEntry, position: int, row: RecipientData) -> dict[str, Any]:
    """Return one recipient for the ledger."""
    kind, value = identifier_of(row.recipient) or (None, None)
    return {
        "position": position,
        "kind": kind,
        "identifier": value,
        "recipientId": entry.riids[position],
        "errorMessage": entry.rejected.get(position),
        "optionalData": {variable.name: variable.value for variable in row.optionalData or ()},
    }
