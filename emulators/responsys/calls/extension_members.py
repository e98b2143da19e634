"""Merges of rows into a profile extension table.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-listExtensions-petName-members-post.htm
"""

from typing import Literal

import msgspec

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.columns import HASH_FUNCTIONS, KEY_COLUMNS, SYSTEM_COLUMNS
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.calls.extension_merge import NO_KEY, ExtensionMerge
from emulators.responsys.calls.extensions import extension_of
from emulators.responsys.calls.merge_results import (
    Outcome,
    merge_errors,
    record_links,
    result_cells,
    riids_of,
)
from emulators.responsys.calls.record_data import RecordData, read_records
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.serving.messages import Answer

KEY_FIELDS = {column: SYSTEM_COLUMNS[column] for column in KEY_COLUMNS}


class ExtensionMergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request: the rule stands at the top, not in an object of its own."""

    recordData: RecordData
    insertOnNoMatch: bool | None = None
    updateOnMatch: Literal["REPLACE_ALL", "NO_UPDATE"] | None = None
    matchColumnName1: str | None = None
    matchColumnName2: str | None = None
    matchColumn: str | None = None  # the Swagger file's older name of the first


DECODER = msgspec.json.Decoder(ExtensionMergeBody)


def merge_extension_members(call: Call) -> Answer:
    """Merge every record; answer with a recipient id or an error for each."""
    profile_list, table = extension_of(call)
    body = bodies.read_body(call.request, DECODER)
    data = body.recordData
    columns = read_records(data, KEY_FIELDS | table.columns, table.name)
    match_columns = extension_match_columns(body)
    if {*columns} & {*KEY_COLUMNS}:
        outcomes = merge_records(call, profile_list, table, columns, match_columns, body)
    else:
        call.add_violation("fieldNames has no key field of the profile list")
        outcomes = [NO_KEY for _ in data.records]
    errors = merge_errors(outcomes)
    call.add_to_ledger(f"{profile_list.name}/{table.name}", len(outcomes), riids_of(outcomes), errors)
    return json_answer(
        {
            "recordData": result_cells(outcomes, errors),
            "insertOnNoMatch": bool(body.insertOnNoMatch),
            "updateOnMatch": body.updateOnMatch,
            "matchColumnName1": body.matchColumnName1 or body.matchColumn,
            "matchColumnName2": body.matchColumnName2,
            "links": record_links(call.request.path, "ProfileExtensionRecipients"),
        }
    )


def merge_records(
    call: Call,
    profile_list: ProfileList,
    table: ExtensionTable,
    columns: list[str],
    match_columns: list[str],
    body: ExtensionMergeBody,
) -> list[Outcome]:
    """Merge record by record; return the outcomes."""
    for column in match_columns:
        if column not in columns:
            raise violation_error("INVALID_PARAMETER", f"match column {column} is not among fieldNames")
    call.note_open_defaults(body)
    if body.insertOnNoMatch and {*match_columns} & {*HASH_FUNCTIONS}:
        call.add_violation("the merge inserts, but nobody is inserted by a hash")
    extension_merge = ExtensionMerge(
        profile_list,
        table,
        columns,
        match_columns,
        inserts=bool(body.insertOnNoMatch),
        updates=body.updateOnMatch != "NO_UPDATE",
        keeps_rows=call.behaviour.keep_members,
    )
    return [extension_merge.merge_record(record) for record in body.recordData.records]


def extension_match_columns(body: ExtensionMergeBody) -> list[str]:
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
