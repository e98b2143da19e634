"""Merging, reading and deleting rows of a supplemental table.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-folders-folderName-suppData-tableName-members-delete.htm
"""

from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec

from emulators.responsys.account.row import Row
from emulators.responsys.account.table import SupplementalTable
from emulators.responsys.calls.queries import query_columns
from emulators.responsys.calls.record_data import RecordData, read_records
from emulators.responsys.calls.tables import table_of
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.serving.messages import Answer

ROW_NOT_FOUND = "No Records found for the Id"


class TableMergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    recordData: RecordData
    insertOnNoMatch: bool | None = None
    updateOnMatch: Literal["REPLACE_ALL", "NO_UPDATE"] | None = None
    matchColumnNames: list[str] | None = None  # of a table without primary key only


DECODER = msgspec.json.Decoder(TableMergeBody)


def merge_table_rows(call: Call) -> Answer:
    """Merge every record; answer with each, or with the error in its first cell."""
    table = table_of(call)
    body = bodies.read_body(call.request, DECODER)
    data = body.recordData
    columns = read_records(data, table.fields, table.name)
    match_columns = table_match_columns(table, body, columns)
    call.note_open_defaults(body)
    errors = {
        position: f"MERGEFAILED: Record {position} = {error}"
        for position, record in enumerate(data.records)
        if (error := merge_record(call, table, dict(zip(columns, record, strict=True)), match_columns, body))
    }
    call.add_to_ledger(f"{table.folder}/{table.name}", len(data.records), (), errors)
    records = [
        [errors[position], *[""] * (len(columns) - 1)] if position in errors else record
        for position, record in enumerate(data.records)
    ]
    return records_answer(call, body, data.fieldNames, records)


def merge_record(
    call: Call, table: SupplementalTable, row: Row, match_columns: list[str], body: TableMergeBody
) -> str | None:
    """Merge one record; return the error, None when it has none."""
    if not call.behaviour.keep_members:
        return table.record_problem(row, match_columns)
    updates = body.updateOnMatch != "NO_UPDATE"
    return table.merge_record(row, match_columns, inserts=bool(body.insertOnNoMatch), updates=updates)


def table_match_columns(table: SupplementalTable, body: TableMergeBody, columns: list[str]) -> list[str]:
    """Return the columns by which the merge finds a row."""
    if table.primary_key and body.matchColumnNames is not None:
        raise violation_error("INVALID_PARAMETER", "matchColumnNames is not for a table with a primary key")
    match_columns = table.primary_key or [name.upper() for name in body.matchColumnNames or ()]
    if not match_columns:
        raise violation_error("INVALID_PARAMETER", "matchColumnNames is empty; the table has no primary key")
    if missing := [column for column in match_columns if column not in columns]:
        raise violation_error("INVALID_PARAMETER", f"match column {missing[0]} is not among fieldNames")
    return match_columns


def find_table_row(call: Call) -> Answer:
    """Answer with the row that has the primary key ``id``."""
    table = table_of(call)
    columns = query_columns(call, table)
    row = table.rows.get(primary_key_of(call, table))
    if row is None:
        raise ApiError("RECORD_NOT_FOUND", ROW_NOT_FOUND)
    return records_answer(call, None, columns, [[row[column] for column in columns]])


def delete_table_row(call: Call) -> Answer:
    """Delete the row that has the primary key ``id``, and answer with that key."""
    table = table_of(call)
    key = primary_key_of(call, table)
    if table.rows.pop(key, None) is None:
        raise ApiError("RECORD_NOT_FOUND", ROW_NOT_FOUND)
    call.add_to_ledger(f"{table.folder}/{table.name}", 1, (), {})
    parameters = parse_qs(call.request.query)
    return records_answer(call, None, parameters["qa"], [list(parameters["id"])])


def primary_key_of(call: Call, table: SupplementalTable) -> tuple[str | None, ...]:
    """Return the primary key that the query names: every column of it, and no other."""
    parameters = parse_qs(call.request.query, keep_blank_values=True)
    names, values = parameters.get("qa", []), parameters.get("id", [])
    if not table.primary_key:
        raise violation_error("INVALID_PARAMETER", f"{table.name} has no primary key")
    if sorted(name.upper() for name in names) != sorted(table.primary_key):
        columns = ", ".join(table.primary_key)
        raise violation_error("INVALID_PARAMETER", f"qa does not name the primary key: {columns}")
    if len(names) != len(values):
        raise violation_error("INVALID_PARAMETER", f"{len(values)} times id for {len(names)} times qa")
    return table.key_of(dict(zip([name.upper() for name in names], values, strict=True)))


def records_answer(call: Call, body: TableMergeBody | None, columns: list[str], records: list[Any]) -> Answer:
    """Answer with records, and with the rule of a merge."""
    return json_answer(
        {
            "recordData": {"fieldNames": columns, "records": records, "mapTemplateName": None},
            "insertOnNoMatch": bool(body and body.insertOnNoMatch),
            "updateOnMatch": body.updateOnMatch if body else None,
            "matchColumnNames": body.matchColumnNames if body else None,
            "links": [{"rel": "self", "href": call.request.path, "method": call.request.method}],
        }
    )
