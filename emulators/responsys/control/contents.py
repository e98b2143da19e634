"""What the control API tells of lists and tables, so that a test can assert how they ended up.

Queries take ``account`` and ``list`` where there are several, ``offset`` and ``limit``, and ``fs``: the
columns to show, comma-separated; without it all that are not null.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from emulators.responsys.account.account import ProfileList
from emulators.responsys.account.people import Row
from emulators.responsys.control.picking import pick, pick_account, pick_list
from emulators.responsys.state.emulator import Emulator

PERSON = {
    "riid": "RIID_",
    "customer_id": "CUSTOMER_ID_",
    "email": "EMAIL_ADDRESS_",
    "mobile": "MOBILE_NUMBER_",
}


def members(emulator: Emulator, query: str) -> Any:
    """Show people of a list, in the order they came; with ``customer_id=`` and the like, those it names."""
    asked = dict(parse_qsl(query))
    people = chosen_list(emulator, asked).members
    named = {PERSON[name]: value for name, value in asked.items() if name in PERSON}
    riids = people.match(named) if named else people.riids()
    rows = (row for riid in riids if (row := people.get(riid)))
    return {"total": len(riids) if isinstance(riids, tuple) else len(people), "members": page(rows, asked)}


def extension(emulator: Emulator, query: str) -> Any:
    """Show the rows of an extension table, each with whose it is."""
    asked = dict(parse_qsl(query))
    profile_list = chosen_list(emulator, asked)
    table = profile_list.extensions[pick(profile_list.extensions, asked.get("name"), "extension table")]
    rows = (identity(profile_list, riid) | row for riid, row in table.rows.items())
    return {
        "name": table.name,
        "folder": table.folder,
        "fields": table.columns,
        "total": len(table.rows),
        "rows": page(rows, asked),
    }


def table(emulator: Emulator, query: str) -> Any:
    """Show the rows of a supplemental table."""
    asked = dict(parse_qsl(query))
    account = pick_account(emulator, asked.get("account"))
    named = {one.name: one for one in account.tables.values() if asked.get("folder") in (None, one.folder)}
    chosen = named[pick(named, asked.get("name"), "table")]
    return {
        "name": chosen.name,
        "folder": chosen.folder,
        "fields": chosen.fields,
        "primary_key": chosen.primary_key,
        "total": len(chosen.rows),
        "rows": page(chosen.rows.values(), asked),
    }


def identity(profile_list: ProfileList, riid: int) -> Row:
    """Return who somebody is."""
    return {"RIID_": str(riid)} | profile_list.members.stored(riid)


def chosen_list(emulator: Emulator, asked: dict[str, str]) -> ProfileList:
    """Return the list that is asked about."""
    return pick_list(pick_account(emulator, asked.get("account")), asked.get("list"))


def page(rows: Iterable[Row], asked: dict[str, str]) -> list[Row]:
    """Return the rows of one page with the chosen columns."""
    offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 1000))
    columns = asked["fs"].upper().split(",") if "fs" in asked else None
    return [show(row, columns) for row in islice(rows, offset, offset + limit)]


def show(row: Row, columns: list[str] | None) -> Row:
    """Return the chosen columns, or all that are not null."""
    if columns is None:
        return {column: value for column, value in row.items() if value is not None}
    return {column: row.get(column) for column in columns}
