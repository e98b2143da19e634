"""Read and delete rows of a profile extension table.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-listExtensions-petName-members-riid-delete.htm
"""

from typing import Any, Literal

import msgspec

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.account.row import Row
from emulators.responsys.calls import lists
from emulators.responsys.calls.extension_members import named
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry

DELETE_FAILED = "DELETEFAILED: NO records found for id\n"
RULE = {"insertOnNoMatch": False, "updateOnMatch": None, "matchColumnName1": None, "matchColumnName2": None}


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """Whose rows to delete."""

    queryAttribute: Literal["r", "e", "c", "m"]
    ids: list[str]


DECODER = msgspec.json.Decoder(Body)


def delete_many(call: Call) -> Answer:
    """Delete up to 200 rows; a cell each, with a recipient id or a reason."""
    profile_list, table = named(call)
    body = bodies.read_body(call.request, DECODER)
    bodies.check_count(len(body.ids), "record", "ids")
    column = lists.QUERY_ATTRIBUTES[body.queryAttribute]
    return delete(call, profile_list, table, [(column, one) for one in body.ids])


def delete_one(call: Call) -> Answer:
    """Delete a row by recipient id; the status is 200 whether or not there was one."""
    profile_list, table = named(call)
    return delete(call, profile_list, table, [("RIID_", call.path_names[2])])


def delete(
    call: Call, profile_list: ProfileList, table: ExtensionTable, keys: list[tuple[str, str]]
) -> Answer:
    """Delete the rows of those who answer to ``keys``."""
    riids = [delete_row(profile_list, table, column, value) for column, value in keys]
    rejected = {position: DELETE_FAILED for position, riid in enumerate(riids) if riid == -1}
    call.add_to_ledger(f"{profile_list.name}/{table.name}", len(riids), riids, rejected)
    records = [[rejected.get(position, str(riid))] for position, riid in enumerate(riids)]
    return json_answer(
        {
            "recordData": {"fieldNames": ["RIID_"], "records": records, "mapTemplateName": None},
            **RULE,
            "links": [{"rel": "self", "href": call.request.path, "method": call.request.method}],
        }
    )


def delete_row(profile_list: ProfileList, table: ExtensionTable, column: str, value: str) -> int:
    """Delete one row and return whose it was, -1 when there is none."""
    found = profile_list.members.match_all({column: value})
    riid = next((riid for riid in found if riid in table.rows), -1)
    table.rows.pop(riid, None)
    return riid


def search(call: Call) -> Answer:
    """Return the rows of those who have the value ``id`` in the list's column that ``qa`` stands for."""
    profile_list, table = named(call)
    attribute, value = lists.parameter(call, "qa"), lists.parameter(call, "id")
    if attribute not in ("r", "e", "c", "m"):
        raise violation_error("INVALID_PARAMETER", "qa is not one of r, e, c, m")
    return found(call, table, profile_list.members.match_all({lists.QUERY_ATTRIBUTES[attribute]: value}))


def member(call: Call) -> Answer:
    """Return one row by recipient id."""
    _, table = named(call)
    riid = call.path_names[2]
    return found(call, table, (int(riid),) if riid.isdecimal() else ())


def found(call: Call, table: ExtensionTable, riids: tuple[int, ...]) -> Answer:
    """Answer with the chosen columns, or that there are no such rows."""
    columns = lists.chosen(table, lists.parameter(call, "fs"))
    rows: list[Row] = [{"RIID_": str(riid), **table.rows[riid]} for riid in riids if riid in table.rows]
    if not rows:
        raise ApiError("RECORD_NOT_FOUND", "No records found for the given ids")
    records = [[row.get(column) for column in columns] for row in rows]
    content: dict[str, Any] = {
        "recordData": {"fieldNames": columns, "records": records, "mapTemplateName": None},
        **RULE,
        "links": [{"rel": "self", "href": f"{call.request.path}?{call.request.query}", "method": "GET"}],
    }
    return json_answer(content)


def describe(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Tell a deletion row by row."""
    return [
        {"position": position, "recipientId": riid, "errorMessage": entry.rejected.get(position)}
        for position, riid in enumerate(entry.riids)
    ]
