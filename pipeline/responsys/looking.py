"""Looks into an account: whether a programme runs, columns of members of the list, ids of campaigns.

Reference: REST API for Oracle Responsys, "Retrieve a program", "Retrieve list recipients", "Get campaigns".
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from pipeline.errors import CallError
from pipeline.model.call import Call
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.names import path
from pipeline.wire.answers import OddAnswer, as_documented

Ask = Callable[[Call], Any]

RUNNING = ("RUNNING", "RUNNING_WITH_ERRORS")
ATTRIBUTES: Mapping[str, tuple[str, str]] = {"riid": ("r", "RIID_"), "email": ("e", "EMAIL_ADDRESS_")}
NOBODY = "RECORD_NOT_FOUND"
CAMPAIGNS = 200  # on a page
MOST_PAGES = 500
MEMBERS_IN_CALL = 200


def program_runs(ask: Ask, name: str) -> bool | None:
    """Tell whether a programme runs; one that is not there does not. None: the account does not tell."""
    try:
        answer = ask(Call(function="retrieveProgram", path=path("programs", name), method="GET"))
    except CallError as error:
        return False if error.code == "PROGRAM_NOT_FOUND" else None
    status = answer.get("status") if isinstance(answer, dict) else None
    return status in RUNNING if isinstance(status, str) else None


def member_columns(
    connector: ResponsysConnector, ask: Ask, identifier: str, values: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, str | None]]:
    """Return columns of up to 200 members by their address in lower case, or their RIID.

    Those that are not in the list are left out. Raises CallError if the account cannot be asked.
    """
    where = path("lists", connector.profile_list, "members")
    return rows_at(ask, "retrieveListMembers", where, identifier, values, columns)


def extension_columns(
    connector: ResponsysConnector, ask: Ask, table: str, riids: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, str | None]]:
    """Return columns of an extension table of up to 200 members by their RIID.

    Those that have no row are left out. Raises CallError if the account cannot be asked.
    """
    where = path("lists", connector.profile_list, "listExtensions", table, "members")
    return rows_at(ask, "retrieveProfileExtensionMembers", where, "riid", riids, columns)


def rows_at(
    ask: Ask, function: str, where: str, identifier: str, values: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, str | None]]:
    """Return columns of rows by an identifier of their members."""
    attribute, key = ATTRIBUTES[identifier]
    names = [key, *(name for name in columns if name != key)]
    body = {"queryAttribute": attribute, "fieldList": names, "ids": list(values)}
    try:
        answer = ask(Call(function=function, path=f"{where}?action=get", body=body))
    except CallError as error:
        if error.code == NOBODY:
            return {}
        raise
    with as_documented(function):
        return columns_in(answer["recordData"], key, columns)


def columns_in(data: Mapping[str, Any], key: str, columns: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Return columns of the records of an answer, by the value of ``key``."""
    found = data["fieldNames"]
    rows = [dict(zip(found, record, strict=True)) for record in data["records"]]
    return {
        str(cell_at(row, key)).lower(): {name: cell_at(row, name) for name in columns}
        for row in rows
        if row.get(key)
    }


def cell_at(row: Mapping[str, Any], name: str) -> str | None:
    """Return a cell as text, for some accounts write numbers as such; None: it is absent or null."""
    value = row.get(name)
    if isinstance(value, bool | list | dict):
        raise OddAnswer(f"{name} is no text")
    return None if value is None else str(value)


def campaign_ids(ask: Ask, names: Collection[str]) -> dict[str, str]:
    """Return the ids of e-mail campaigns by their names; those that the account does not list are left out.

    Raises CallError if the account cannot be asked.
    """
    found: dict[str, str] = {}
    for page in range(MOST_PAGES):
        where = f"{path('campaigns')}?offset={page * CAMPAIGNS}&limit={CAMPAIGNS}&type=email"
        answer = ask(Call(function="retrieveCampaigns", path=where, method="GET"))
        entries = answer.get("campaigns") if isinstance(answer, dict) else None
        entries = entries if isinstance(entries, list) else []
        with as_documented("retrieveCampaigns"):
            found |= {str(each["name"]): str(each["id"]) for each in entries if each.get("name") in names}
        if len(entries) < CAMPAIGNS or len(found) == len(set(names)):
            break
    return found


def calls_to_read_members(source: Any, records: int) -> Mapping[str, int]:
    """Count the calls that read members: one for each 200, and one of their extension table."""
    if source.kind != "responsys":
        return {}
    calls = -(-records // MEMBERS_IN_CALL)
    table = {"retrieveProfileExtensionMembers": calls} if source.fields_table else {}
    return {"retrieveListMembers": calls, **table}
