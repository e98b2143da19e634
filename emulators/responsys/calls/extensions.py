"""Profile extension tables: further columns for the people of a list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-lists-listname-listextensions-post.html
"""

from typing import Any

import msgspec

from emulators.responsys.account import field_names
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.account.seed import ExtensionSeed
from emulators.responsys.calls import lists
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call

TYPES = ("STR500", "STR4000", "INTEGER", "NUMBER", "TIMESTAMP")  # of columns that are created


class Name(msgspec.Struct, forbid_unknown_fields=True):
    """What the table is called, and where it goes."""

    objectName: str
    folderName: str


class Field(msgspec.Struct, forbid_unknown_fields=True):
    """A column."""

    fieldName: str
    fieldType: str


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    profileExtension: Name
    fields: list[Field]


DECODER = msgspec.json.Decoder(Body)


def create(call: Call) -> Answer:
    """Make a table; the answer is nothing but true."""
    profile_list = lists.named(call)
    body = bodies.read_body(call.request, DECODER)
    name, folder = body.profileExtension.objectName, body.profileExtension.folderName
    check_fields([(field.fieldName, field.fieldType) for field in body.fields], TYPES)
    if not name:
        raise violation_error("INVALID_PARAMETER", "objectName is empty")
    if folder not in call.account.folders:
        raise ApiError("FOLDER_NOT_FOUND", f"{folder} Folder Not Found")
    if name in profile_list.extensions:
        raise ApiError("OBJECT_ALREADY_EXISTS", f"{name} already exists")
    fields = {field.fieldName: field.fieldType for field in body.fields}
    profile_list.extensions[name] = ExtensionTable(ExtensionSeed(name, folder, fields))
    call.add_to_ledger(f"{profile_list.name}/{name}", 0, (), {})
    return json_answer(True)


def check_fields(fields: list[tuple[str, str]], allowed: tuple[str, ...]) -> None:
    """Refuse columns, of name and type, that cannot be made."""
    if not fields:
        raise violation_error("INVALID_PARAMETER", "fields is empty")
    for name, kind in fields:
        if complaint := field_names.name_problem(name):
            raise violation_error("INVALID_PARAMETER", complaint)
        if kind not in allowed:
            raise violation_error(
                "INVALID_PARAMETER", f"field type {kind} is not one of {', '.join(allowed)}"
            )
    if twice := field_names.repeated_name([name for name, _ in fields]):
        raise violation_error("INVALID_PARAMETER", f"field name {twice} comes twice")


def listing(call: Call) -> Answer:
    """Name every table of a list, with its columns: a bare array."""
    profile_list = lists.named(call)
    return json_answer([describe(call.request.path, table) for table in profile_list.extensions.values()])


def describe(path: str, table: ExtensionTable) -> dict[str, Any]:
    """Show a table as Responsys does."""
    return {
        "profileExtension": {"objectName": table.name, "folderName": table.folder},
        "fields": [{"fieldName": name, "fieldType": kind} for name, kind in table.fields.items()],
        "links": [{"rel": "self", "href": path, "method": "GET"}],
    }
