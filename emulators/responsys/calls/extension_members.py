"""Merge people into a profile extension table.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-listExtensions-petName-members-post.htm
"""

from typing import Literal

import msgspec

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.columns import HASH_FUNCTIONS, KEY_COLUMNS, SYSTEM_COLUMNS
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.calls import lists
from emulators.responsys.calls.extension_merge import NO_KEY, ExtensionMerge
from emulators.responsys.calls.list_members import cells, failures, links, succeeded
from emulators.responsys.calls.record_data import RecordData, read_records
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call

PARENT_KEYS = {column: SYSTEM_COLUMNS[column] for column in KEY_COLUMNS}


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The request: the rule stands at the top, not in an object of its own."""

    recordData: RecordData
    insertOnNoMatch: bool | None = None
    updateOnMatch: Literal["REPLACE_ALL", "NO_UPDATE"] | None = None
    matchColumnName1: str | None = None
    matchColumnName2: str | None = None
    matchColumn: str | None = None  # the Swagger file's older name of the first


DECODER = msgspec.json.Decoder(Body)


def merge(call: Call) -> Answer:
    """Merge every record, or say in its place why not."""
    profile_list, table = named(call)
    body = bodies.read_body(call.request, DECODER)
    data = body.recordData
    columns = read_records(data, PARENT_KEYS | table.columns, table.name)
    match = match_columns(body)
    if {*columns} & {*KEY_COLUMNS}:
        outcomes = outcomes_of(call, profile_list, table, columns, match, body)
    else:
        call.add_violation("fieldNames has no key field of the profile list")
        outcomes = [NO_KEY for _ in data.records]
    rejected = failures(outcomes)
    call.add_to_ledger(f"{profile_list.name}/{table.name}", len(outcomes), succeeded(outcomes), rejected)
    return json_answer(
        {
            "recordData": cells(outcomes, rejected),
            "insertOnNoMatch": bool(body.insertOnNoMatch),
            "updateOnMatch": body.updateOnMatch,
            "matchColumnName1": body.matchColumnName1 or body.matchColumn,
            "matchColumnName2": body.matchColumnName2,
            "links": links(call.request.path, "ProfileExtensionRecipients"),
        }
    )


def outcomes_of(
    call: Call,
    profile_list: ProfileList,
    table: ExtensionTable,
    columns: list[str],
    match: list[str],
    body: Body,
) -> list[int | str]:
    """Merge record by record."""
    for column in match:
        if column not in columns:
            raise violation_error("INVALID_PARAMETER", f"match column {column} is not among fieldNames")
    call.note_open_defaults(body)
    if body.insertOnNoMatch and {*match} & {*HASH_FUNCTIONS}:
        call.add_violation("the merge inserts, but nobody is inserted by a hash")
    merging = ExtensionMerge(
        profile_list,
        table,
        columns,
        match,
        inserts=bool(body.insertOnNoMatch),
        updates=body.updateOnMatch != "NO_UPDATE",
        keeps=call.behaviour.keep_members,
    )
    return [merging.merge(record) for record in body.recordData.records]


def match_columns(body: Body) -> list[str]:
    """Return the match columns with the underscore that they must not have in the request."""
    names = [body.matchColumnName1 or body.matchColumn, body.matchColumnName2]
    columns = [f"{name.upper()}_" for name in names if name]
    if not columns or any(column not in KEY_COLUMNS for column in columns):
        raise violation_error("INVALID_PARAMETER", "Match Column is null")
    if len(columns) == 2 and not {*columns} - {*HASH_FUNCTIONS, "EMAIL_ADDRESS_"}:
        raise violation_error("INVALID_PARAMETER", f"{names[0]} and {names[1]} cannot be matched together")
    if len({*columns}) < len(columns):
        raise violation_error("INVALID_PARAMETER", f"match column {names[0]} comes twice")
    return columns


def named(call: Call) -> tuple[ProfileList, ExtensionTable]:
    """Return the list and the table that the path names."""
    profile_list, name = lists.named(call), call.path_names[1]
    if name not in profile_list.extensions:
        raise ApiError("PROFILE_EXTENSION_NOT_FOUND", f"{name} Profile ExtensionTable Not Found")
    return profile_list, profile_list.extensions[name]
