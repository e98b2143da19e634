"""Merge, read and delete rows of a supplemental table.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-folders-folderName-suppData-tableName-members-delete.htm
"""

from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec

from emulators.responsys.account.row import Row
from emulators.responsys.account.table import SupplementalTable
from emulators.responsys.calls import lists, tables
from emulators.responsys.calls.record_data import RecordData, read_records
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call

NOT_FOUND = "No Records found for the Id"


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    recordData: RecordData
    insertOnNoMatch: bool | None = None
    updateOnMatch: Literal["REPLACE_ALL", "NO_UPDATE"] | None = None
    matchColumnNames: list[str] | None = None  # of a table without primary key only


DECODER = msgspec.json.Decoder(Body)


def merge(call: Call) -> Answer:
    """Merge every record and answer with it, or with the reason in its first cell."""
    table = tables.named(call)
    body = bodies.read_body(call.request, DECODER)
    data = body.recordData
    columns = read_records(data, table.fields, table.name)
    match = match_columns(table, body, columns)
    call.note_open_defaults(body)
    rejected = {
        position: f"MERGEFAILED: Record {position} = {failure}"
        for position, record in enumerate(data.records)
        if (failure := merge_one(call, table, dict(zip(columns, record, strict=True)), match, body))
    }
    call.add_to_ledger(f"{table.folder}/{table.name}", len(data.records), (), rejected)
    records = [
        [rejected[position], *[""] * (len(columns) - 1)] if position in rejected else record
        for position, record in enumerate(data.records)
    ]
    return told(call, body, data.fieldNames, records)


def merge_one(call: Call, table: SupplementalTable, row: Row, match: list[str], body: Body) -> str | None:
    """Merge one record; return why that failed, None when it did not."""
    if not call.behaviour.keep_members:
        return table.record_problem(row, match)
    updates = body.updateOnMatch != "NO_UPDATE"
    return table.merge_record(row, match, inserts=bool(body.insertOnNoMatch), updates=updates)


def match_columns(table: SupplementalTable, body: Body, columns: list[str]) -> list[str]:
    """Return the columns that tell which row is meant."""
    if table.primary_key and body.matchColumnNames is not None:
        raise violation_error("INVALID_PARAMETER", "matchColumnNames is not for a table with a primary key")
    match = table.primary_key or [name.upper() for name in body.matchColumnNames or ()]
    if not match:
        raise violation_error("INVALID_PARAMETER", "matchColumnNames is empty; the table has no primary key")
    if missing := [column for column in match if column not in columns]:
        raise violation_error("INVALID_PARAMETER", f"match column {missing[0]} is not among fieldNames")
    return match


def search(call: Call) -> Answer:
    """Return the row that has the primary key ``id``."""
    table = tables.named(call)
    columns = lists.chosen(table, lists.parameter(call, "fs"))
    row = table.rows.get(key(call, table))
    if row is None:
        raise ApiError("RECORD_NOT_FOUND", NOT_FOUND)
    return told(call, None, columns, [[row[column] for column in columns]])


def delete(call: Call) -> Answer:
    """Delete the row that has the primary key ``id``, and answer with that key."""
    table = tables.named(call)
    values = key(call, table)
    if table.rows.pop(values, None) is None:
        raise ApiError("RECORD_NOT_FOUND", NOT_FOUND)
    call.add_to_ledger(f"{table.folder}/{table.name}", 1, (), {})
    asked = parse_qs(call.request.query)
    return told(call, None, asked["qa"], [list(asked["id"])])


def key(call: Call, table: SupplementalTable) -> tuple[str | None, ...]:
    """Return the primary key that the query names: every column of it, and no other."""
    asked = parse_qs(call.request.query, keep_blank_values=True)
    names, values = asked.get("qa", []), asked.get("id", [])
    if not table.primary_key:
        raise violation_error("INVALID_PARAMETER", f"{table.name} has no primary key")
    if sorted(name.upper() for name in names) != sorted(table.primary_key):
        wanted = ", ".join(table.primary_key)
        raise violation_error("INVALID_PARAMETER", f"qa does not name the primary key: {wanted}")
    if len(names) != len(values):
        raise violation_error("INVALID_PARAMETER", f"{len(values)} times id for {len(names)} times qa")
    return table.key_of(dict(zip([name.upper() for name in names], values, strict=True)))


def told(call: Call, body: Body | None, columns: list[str], records: list[Any]) -> Answer:
    """Answer with records and with the rule, if there was one."""
    return json_answer(
        {
            "recordData": {"fieldNames": columns, "records": records, "mapTemplateName": None},
            "insertOnNoMatch": bool(body and body.insertOnNoMatch),
            "updateOnMatch": body.updateOnMatch if body else None,
            "matchColumnNames": body.matchColumnNames if body else None,
            "links": [{"rel": "self", "href": call.request.path, "method": call.request.method}],
        }
    )
