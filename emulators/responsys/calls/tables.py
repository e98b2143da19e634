"""Supplemental tables: their names and columns, and creating one.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-folders-folderName-suppData-suppTableName-get.htm
"""

from typing import Any
from urllib.parse import parse_qs

import msgspec

from emulators.responsys.account.seed import TableSeed
from emulators.responsys.account.table import SupplementalTable
from emulators.responsys.calls.extensions import check_new_columns
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.serving.messages import Answer

NEW_TABLE_COLUMN_TYPES = ("CHAR", "STR25", "STR100", "STR500", "STR4000", "INTEGER", "NUMBER", "TIMESTAMP")


class TableName(msgspec.Struct, forbid_unknown_fields=True):
    """The name of the table; its folder is in the path."""

    objectName: str


class TableField(msgspec.Struct, forbid_unknown_fields=True):
    """A column."""

    fieldName: str
    fieldType: str
    dataExtractionKey: bool = False


class TableBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    table: TableName
    fields: list[TableField]
    primaryKeys: list[str] | None = None


DECODER = msgspec.json.Decoder(TableBody)


def create_table(call: Call) -> Answer:
    """Create a table; the answer is nothing but true."""
    (folder,) = call.path_names
    body = bodies.read_body(call.request, DECODER)
    name = body.table.objectName
    check_new_columns([(field.fieldName, field.fieldType) for field in body.fields], NEW_TABLE_COLUMN_TYPES)
    fields = {field.fieldName.upper(): field.fieldType for field in body.fields}
    for column in body.primaryKeys or ():
        if column.upper() not in fields:
            raise violation_error("INVALID_PARAMETER", f"primary key {column} is not among fields")
    if not name:
        raise violation_error("INVALID_PARAMETER", "objectName is empty")
    if folder not in call.account.folders:
        raise ApiError("FOLDER_NOT_FOUND", f"{folder} Folder Not Found")
    if (folder, name) in call.account.tables:
        raise ApiError("TABLE_ALREADY_EXISTS", f"{name} already exists")
    call.account.add_table(TableSeed(name, folder, fields, body.primaryKeys or []))
    call.add_to_ledger(f"{folder}/{name}", 0, (), {})
    return json_answer(True)


def show_tables(call: Call) -> Answer:
    """Answer with every table of the account and its columns, as a bare array."""
    return json_answer(
        [
            {
                "name": table.name,
                "folderName": table.folder,
                "fields": field_descriptions(table, table.fields),
            }
            for table in call.account.tables.values()
        ]
    )


def show_table(call: Call) -> Answer:
    """Answer with one table; its path has ``folder``, all further paths have ``folders``."""
    table = table_of(call)
    column_kind = parse_qs(call.request.query).get("ft", ["all"])[0].lower()
    if column_kind not in ("pk", "all"):
        raise violation_error("INVALID_PARAMETER", "ft is neither pk nor all")
    columns = table.primary_key if column_kind == "pk" else list(table.fields)
    return json_answer(
        {
            "fields": field_descriptions(table, columns),
            "suppData": {"folderName": table.folder, "objectName": table.name},
            "links": [{"rel": "self", "href": call.request.path, "method": "GET"}],
        }
    )


def table_of(call: Call) -> SupplementalTable:
    """Return the table that the path names."""
    folder, name = call.path_names[:2]
    if folder not in call.account.folders:
        raise ApiError("FOLDER_NOT_FOUND", f"{folder} Folder Not Found")
    if (folder, name) not in call.account.tables:
        raise ApiError("RESOURCE_NOT_FOUND", f"Supplemental name [{name}] does not exist")
    return call.account.tables[folder, name]


def field_descriptions(table: SupplementalTable, columns: Any) -> list[dict[str, str]]:
    """Return columns with their types, in Responsys' shape."""
    return [{"fieldName": name, "fieldType": table.fields[name]} for name in columns]
