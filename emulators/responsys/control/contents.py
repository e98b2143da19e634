"""Contents of lists and tables, as the control API shows them, so that a test can assert them.

Queries take ``account`` and ``list`` where there are several, ``offset`` and ``limit``, and ``fs``: the
columns to show, comma-separated; without it all that are not null.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.row import Row
from emulators.responsys.control.picking import pick, pick_account, pick_list
from emulators.responsys.state.emulator import Emulator

IDENTIFIER_COLUMNS = {
    "riid": "RIID_",
    "customer_id": "CUSTOMER_ID_",
    "email": "EMAIL_ADDRESS_",
    "mobile": "MOBILE_NUMBER_",
}


def show_list_contents(emulator: Emulator, query: str) -> Any:
    """Show the members of a list, or the ones that ``customer_id=`` and the like name, in their order."""
    parameters = dict(parse_qsl(query))
    list_members = picked_list(emulator, parameters).members
    keys = {
        IDENTIFIER_COLUMNS[name]: value for name, value in parameters.items() if name in IDENTIFIER_COLUMNS
    }
    riids = list_members.match_all(keys) if keys else list_members.riids()
    rows = (row for riid in riids if (row := list_members.full_row(riid)))
    return {
        "total": len(riids) if isinstance(riids, tuple) else len(list_members),
        "members": page_of(rows, parameters),
    }


def show_extension_contents(emulator: Emulator, query: str) -> Any:
    """Show the rows of an extension table, each with the columns of its member."""
    parameters = dict(parse_qsl(query))
    profile_list = picked_list(emulator, parameters)
    table = profile_list.extensions[pick(profile_list.extensions, parameters.get("name"), "extension table")]
    rows = (member_row(profile_list, riid) | row for riid, row in table.rows.items())
    return {
        "name": table.name,
        "folder": table.folder,
        "fields": table.columns,
        "total": len(table.rows),
        "rows": page_of(rows, parameters),
    }


def show_table_contents(emulator: Emulator, query: str) -> Any:
    """Show the rows of a supplemental table."""
    parameters = dict(parse_qsl(query))
    account = pick_account(emulator, parameters.get("account"))
    folder = parameters.get("folder")
    tables = {table.name: table for table in account.tables.values() if folder in (None, table.folder)}
    table = tables[pick(tables, parameters.get("name"), "table")]
    return {
        "name": table.name,
        "folder": table.folder,
        "fields": table.fields,
        "primary_key": table.primary_key,
        "total": len(table.rows),
        "rows": page_of(table.rows.values(), parameters),
    }


def member_row(profile_list: ProfileList, riid: int) -> Row:
    """Return the stored columns of a member, with the recipient id."""
    return {"RIID_": str(riid)} | profile_list.members.stored_row(riid)


def picked_list(emulator: Emulator, parameters: dict[str, str]) -> ProfileList:
    """Return the list that the query names, or the only one."""
    return pick_list(pick_account(emulator, parameters.get("account")), parameters.get("list"))


def page_of(rows: Iterable[Row], parameters: dict[str, str]) -> list[Row]:
    """Return the rows of one page with the chosen columns."""
    offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 1000))
    columns = parameters["fs"].upper().split(",") if "fs" in parameters else None
    return [chosen_columns(row, columns) for row in islice(rows, offset, offset + limit)]


def chosen_columns(row: Row, columns: list[str] | None) -> Row:
    """Return the chosen columns, or all that are not null."""
    if columns is None:
        return {column: value for column, value in row.items() if value is not None}
    return {column: row.get(column) for column in columns}
