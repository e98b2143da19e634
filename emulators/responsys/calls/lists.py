"""Profile lists: their names and columns, and look-ups of members.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-members-get.htm
"""

from typing import Any, Literal

import msgspec

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.row import Row
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
from emulators.serving.messages import Answer

LONGEST_ID = 500  # characters
EMPTY_MERGE_RULE = {
    "insertOnNoMatch": False,
    "updateOnMatch": None,
    "matchColumnName1": None,
    "matchColumnName2": None,
    "matchColumnName3": None,
    "matchOperator": None,
    "optinValue": None,
    "optoutValue": None,
    "htmlValue": None,
    "textValue": None,
    "rejectRecordIfChannelEmpty": None,
    "defaultPermissionStatus": None,
}


def show_lists(call: Call) -> Answer:
    """Answer with every list of the account and its columns."""
    return json_answer([list_description(profile_list) for profile_list in call.account.lists.values()])


def show_fields(call: Call) -> Answer:
    """Answer with the columns of one list."""
    return json_answer(list_description(list_of(call)))


def show_member(call: Call) -> Answer:
    """Answer with one member by recipient id."""
    profile_list, riid = list_of(call), call.path_names[1]
    row = profile_list.members.full_row(int(riid)) if riid.isdecimal() else None
    return members_answer(call, profile_list, [row] if row else [])


def find_members(call: Call) -> Answer:
    """Answer with all members that have the value ``id`` in the column that ``qa`` stands for."""
    profile_list = list_of(call)
    attribute, value = query_parameter(call, "qa"), query_parameter(call, "id")
    if attribute not in QUERY_ATTRIBUTES:
        raise violation_error("INVALID_PARAMETER", f"qa is not one of {', '.join(QUERY_ATTRIBUTES)}")
    members = profile_list.members
    rows = [members.full_row(riid) for riid in members.find_all(QUERY_ATTRIBUTES[attribute], value)]
    return members_answer(call, profile_list, [row for row in rows if row is not None])


class MembersBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request for up to 200 members at once."""

    queryAttribute: Literal["r", "e", "c", "m"]
    fieldList: list[str]
    ids: list[str]


DECODER = msgspec.json.Decoder(MembersBody)


def get_members(call: Call) -> Answer:
    """Answer with the members that have one of the ids, in the order of the ids; unknown ids are left out.

    https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-members-post-actionGet.htm
    """
    profile_list, body = list_of(call), bodies.read_body(call.request, DECODER)
    bodies.check_count(len(body.ids), "id", "ids")
    if any(len(one) > LONGEST_ID for one in body.ids):
        raise violation_error("INVALID_PARAMETER", f"an id is longer than {LONGEST_ID} characters")
    columns = listed_columns(body.fieldList, profile_list)
    members, column = profile_list.members, QUERY_ATTRIBUTES[body.queryAttribute]
    riids = dict.fromkeys(riid for one in body.ids for riid in members.find_all(column, one))
    rows = [row for riid in riids if (row := members.full_row(riid)) is not None]
    return rows_answer(call, columns, rows)


def members_answer(call: Call, profile_list: ProfileList, rows: list[Row]) -> Answer:
    """Answer with the columns of ``rows`` that the query names, or refuse if there are no rows."""
    return rows_answer(call, query_columns(call, profile_list), rows)


def rows_answer(call: Call, columns: list[str], rows: list[Row]) -> Answer:
    """Answer with columns of ``rows``, or refuse if there are no rows."""
    if not rows:
        raise ApiError("RECORD_NOT_FOUND", "No records found for the given ids")
    path = call.request.path
    return json_answer(
        {
            "recordData": {
                "fieldNames": columns,
                "records": [[row.get(column) for column in columns] for row in rows],
                "mapTemplateName": None,
            },
            "mergeRule": EMPTY_MERGE_RULE,
            "links": [{"rel": "self", "href": f"{path}?{call.request.query}", "method": "GET"}],
        }
    )


def list_of(call: Call) -> ProfileList:
    """Return the list that the path names."""
    name = call.path_names[0]
    if name not in call.account.lists:
        raise ApiError("LIST_NOT_FOUND", f"{name} List Not Found")
    return call.account.lists[name]


def list_description(profile_list: ProfileList) -> dict[str, Any]:
    """Return a list and its columns, in Responsys' shape."""
    return {
        "name": profile_list.name,
        "folderName": profile_list.folder,
        "fields": [{"fieldName": name, "fieldType": kind} for name, kind in profile_list.fields.items()],
    }
