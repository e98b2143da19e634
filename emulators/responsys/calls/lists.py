"""Profile lists: which there are, their columns, and looking people up.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-members-get.htm
"""

from typing import Any, Protocol
from urllib.parse import parse_qs

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.row import Row
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call

MOST_FIELD_CHARACTERS = 150
QUERY_ATTRIBUTES = {
    "r": "RIID_",
    "e": "EMAIL_ADDRESS_",
    "c": "CUSTOMER_ID_",
    "m": "MOBILE_NUMBER_",
    "e_md5": "EMAIL_MD5_HASH_",
    "e_sha256": "EMAIL_SHA256_HASH_",
}
MERGE_RULE = {
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


class Columns(Protocol):
    """A list or a table."""

    name: str
    fields: dict[str, str]


def listing(call: Call) -> Answer:
    """Name every list of the account, with its columns."""
    return json_answer([describe(profile_list) for profile_list in call.account.lists.values()])


def fields(call: Call) -> Answer:
    """Name the columns of one list."""
    return json_answer(describe(named(call)))


def member(call: Call) -> Answer:
    """Return one person by recipient id."""
    profile_list, riid = named(call), call.path_names[1]
    row = profile_list.members.full_row(int(riid)) if riid.isdecimal() else None
    return found(call, profile_list, [row] if row else [])


def search(call: Call) -> Answer:
    """Return everybody who has the value ``id`` in the column that ``qa`` stands for."""
    profile_list = named(call)
    attribute, value = parameter(call, "qa"), parameter(call, "id")
    if attribute not in QUERY_ATTRIBUTES:
        raise violation_error("INVALID_PARAMETER", f"qa is not one of {', '.join(QUERY_ATTRIBUTES)}")
    members = profile_list.members
    rows = [members.full_row(riid) for riid in members.find_all(QUERY_ATTRIBUTES[attribute], value)]
    return found(call, profile_list, [row for row in rows if row is not None])


def found(call: Call, profile_list: ProfileList, rows: list[Row]) -> Answer:
    """Answer with the chosen columns of ``rows``, or that there are none."""
    columns = chosen(profile_list, parameter(call, "fs"))
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
            "mergeRule": MERGE_RULE,
            "links": [{"rel": "self", "href": f"{path}?{call.request.query}", "method": "GET"}],
        }
    )


def chosen(owner: Columns, wanted: str) -> list[str]:
    """Return the columns that ``fs`` asks for."""
    if wanted.lower() == "all":
        return list(owner.fields)
    if len(wanted) > MOST_FIELD_CHARACTERS:
        raise violation_error("INVALID_PARAMETER", f"fs is longer than {MOST_FIELD_CHARACTERS} characters")
    columns = [name.strip().upper() for name in wanted.split(",")]
    if strange := [name for name in columns if name not in owner.fields]:
        raise ApiError("INVALID_FIELD_NAME", f"{strange[0]} is not a field of {owner.name}")
    return columns


def parameter(call: Call, name: str) -> str:
    """Return one parameter of the query; all that are asked for are required."""
    values = parse_qs(call.request.query).get(name)
    if not values:
        raise violation_error("INVALID_PARAMETER", f"{name} is missing")
    return values[0]


def named(call: Call) -> ProfileList:
    """Return the list that the path names."""
    name = call.path_names[0]
    if name not in call.account.lists:
        raise ApiError("LIST_NOT_FOUND", f"{name} List Not Found")
    return call.account.lists[name]


def describe(profile_list: ProfileList) -> dict[str, Any]:
    """Show a list as Responsys does."""
    return {
        "name": profile_list.name,
        "folderName": profile_list.folder,
        "fields": [{"fieldName": name, "fieldType": kind} for name, kind in profile_list.fields.items()],
    }
