"""Profile extension tables: further columns for the members of a list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/op-rest-api-v1.3-lists-listname-listextensions-post.html
"""

from typing import Any

import msgspec

from emulators.responsys.account import field_names
from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.account.seed import ExtensionSeed
from emulators.responsys.calls import lists
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.serving.messages import Answer

NEW_COLUMN_TYPES = ("STR500", "STR4000", "INTEGER", "NUMBER", "TIMESTAMP")  # of columns that are created


class ExtensionName(msgspec.Struct, forbid_unknown_fields=True):
    """The name of the table, and its folder."""

    objectName: str
    folderName: str


class ExtensionField(msgspec.Struct, forbid_unknown_fields=True):
    """A column."""

    fieldName: str
    fieldType: str


class ExtensionBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    profileExtension: ExtensionName
    fields: list[ExtensionField]


DECODER = msgspec.json.Decoder(ExtensionBody)


def create_extension(call: Call) -> Answer:
    """Create a table; the answer is nothing but true."""
    profile_list = lists.list_of(call)
    body = bodies.read_body(call.request, DECODER)
    name, folder = body.profileExtension.objectName, body.profileExtension.folderName
    check_new_columns([(field.fieldName, field.fieldType) for field in body.fields], NEW_COLUMN_TYPES)
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


def check_new_columns(fields: list[tuple[str, str]], allowed: tuple[str, ...]) -> None:
    """Refuse columns, given as name and type, that cannot be created."""
    if not fields:
        raise violation_error("INVALID_PARAMETER", "fields is empty")
    for name, kind in fields:
        if complaint := field_names.name_problem(name):
            raise violation_error("INVALID_PARAMETER", complaint)
        if kind not in allowed:
            raise violation_error(
                "INVALID_PARAMETER", f"field type {kind} is not one of {', '.join(allowed)}"
            )
    if repeated := field_names.repeated_name([name for name, _ in fields]):
        raise violation_error("INVALID_PARAMETER", f"field name {repeated} comes twice")


def show_extensions(call: Call) -> Answer:
    """Answer with every table of a list and its columns, as a bare array."""
    profile_list = lists.list_of(call)
    return json_answer(
        [extension_description(call.request.path, table) for table in profile_list.extensions.values()]
    )


def extension_description(path: str, table: ExtensionTable) -> dict[str, Any]:
    """Return a table and its columns, in Responsys' shape."""
    return {
        "profileExtension": {"objectName": table.name, "folderName": table.folder},
        "fields": [{"fieldName": name, "fieldType": kind} for name, kind in table.fields.items()],
        "links": [{"rel": "self", "href": path, "method": "GET"}],
    }


def extension_of(call: Call) -> tuple[ProfileList, ExtensionTable]:
    """Return the list and the table that the path names."""
    profile_list, name = lists.list_of(call), call.path_names[1]
    if name not in profile_list.extensions:
        raise ApiError("PROFILE_EXTENSION_NOT_FOUND", f"{name} Profile Extension Not Found")
    return profile_list, profile_list.extensions[name]
