"""Reading and deleting rows of a profile extension table.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-listExtensions-petName-members-riid-delete.htm
"""

from typing import Any, Literal

import msgspec

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.account.row import Row
from emulators.responsys.calls.extensions import extension_of
from emulators.responsys.calls.queries import (
    QUERY_ATTRIBUTES,
    listed_columns,
    query_columns,
    query_parameter,
)
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry
from emulators.serving.messages import Answer

DELETE_FAILED = "DELETEFAILED: NO records found for id\n"
NO_MERGE_RULE = {
    "insertOnNoMatch": False,
    "updateOnMatch": None,
    "matchColumnName1": None,
    "matchColumnName2": None,
}


class DeletionBody(msgspec.Struct, forbid_unknown_fields=True):
    """The members to delete rows of, by one attribute."""

    queryAttribute: Literal["r", "e", "c", "m"]
    ids: list[str]


class RowsBody(DeletionBody):
    """The members to show rows of, by one attribute, and the columns to show."""

    fieldList: list[str] = []


DECODER = msgspec.json.Decoder(DeletionBody)
GET_DECODER = msgspec.json.Decoder(RowsBody)


def delete_extension_rows(call: Call) -> Answer:
    """Delete up to 200 rows; answer with a recipient id or an error for each."""
    profile_list, table = extension_of(call)
    body = bodies.read_body(call.request, DECODER)
    bodies.check_count(len(body.ids), "record", "ids")
    column = QUERY_ATTRIBUTES[body.queryAttribute]
    return delete_rows(call, profile_list, table, [(column, value) for value in body.ids])


def delete_extension_row(call: Call) -> Answer:
    """Delete a row by recipient id; the status is 200 whether or not there was one."""
    profile_list, table = extension_of(call)
    return delete_rows(call, profile_list, table, [("RIID_", call.path_names[2])])


def delete_rows(
    call: Call, profile_list: ProfileList, table: ExtensionTable, keys: list[tuple[str, str]]
) -> Answer:
    """Delete the row of one member for each column and value in ``keys``."""
    riids = [delete_row_of_member(profile_list, table, column, value) for column, value in keys]
    rejected = {position: DELETE_FAILED for position, riid in enumerate(riids) if riid == -1}
    call.add_to_ledger(f"{profile_list.name}/{table.name}", len(riids), riids, rejected)
    records = [[rejected.get(position, str(riid))] for position, riid in enumerate(riids)]
    return json_answer(
        {
            "recordData": {"fieldNames": ["RIID_"], "records": records, "mapTemplateName": None},
            **NO_MERGE_RULE,
            "links": [{"rel": "self", "href": call.request.path, "method": call.request.method}],
        }
    )


def delete_row_of_member(profile_list: ProfileList, table: ExtensionTable, column: str, value: str) -> int:
    """Delete one row and return its recipient id, -1 when there is none."""
    riids = profile_list.members.match_all({column: value})
    riid = next((riid for riid in riids if riid in table.rows), -1)
    table.rows.pop(riid, None)
    return riid


def find_extension_rows(call: Call) -> Answer:
    """Answer with the rows of members that have the value ``id`` in the column of ``qa``."""
    profile_list, table = extension_of(call)
    attribute, value = query_parameter(call, "qa"), query_parameter(call, "id")
    if attribute not in ("r", "e", "c", "m"):
        raise violation_error("INVALID_PARAMETER", "qa is not one of r, e, c, m")
    return extension_rows_answer(
        call, table, profile_list.members.match_all({QUERY_ATTRIBUTES[attribute]: value})
    )


def get_extension_rows(call: Call) -> Answer:
    """Answer with the rows of members that have one of up to 200 ids; an id without a member has no row."""
    profile_list, table = extension_of(call)
    body = bodies.read_body(call.request, GET_DECODER)
    bodies.check_count(len(body.ids), "id", "ids")
    columns, column = listed_columns(body.fieldList, table), QUERY_ATTRIBUTES[body.queryAttribute]
    riids = dict.fromkeys(riid for one in body.ids for riid in profile_list.members.match_all({column: one}))
    return rows_of_answer(call, table, columns, tuple(riids))


def show_extension_row(call: Call) -> Answer:
    """Answer with one row by recipient id."""
    _, table = extension_of(call)
    riid = call.path_names[2]
    return extension_rows_answer(call, table, (int(riid),) if riid.isdecimal() else ())


def extension_rows_answer(call: Call, table: ExtensionTable, riids: tuple[int, ...]) -> Answer:
    """Answer with the columns that the query names, or refuse if there are no rows."""
    return rows_of_answer(call, table, query_columns(call, table), riids)


def rows_of_answer(call: Call, table: ExtensionTable, columns: list[str], riids: tuple[int, ...]) -> Answer:
    """Answer with columns of rows, or refuse if there are no rows."""
    rows: list[Row] = [{"RIID_": str(riid), **table.rows[riid]} for riid in riids if riid in table.rows]
    if not rows:
        raise ApiError("RECORD_NOT_FOUND", "No records found for the given ids")
    records = [[row.get(column) for column in columns] for row in rows]
    content: dict[str, Any] = {
        "recordData": {"fieldNames": columns, "records": records, "mapTemplateName": None},
        **NO_MERGE_RULE,
        "links": [{"rel": "self", "href": f"{call.request.path}?{call.request.query}", "method": "GET"}],
    }
    return json_answer(content)


def describe_deletion(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Return the rows of a deletion for the ledger."""
    return [
        {"position": position, "recipientId": riid, "errorMessage": entry.rejected.get(position)}
        for position, riid in enumerate(entry.riids)
    ]
