"""Look for the list, and for its columns."""

from collections.abc import Iterator

from pipeline.model.finding import Finding
from pipeline.model.looking import guarded, likely
from pipeline.responsys.identifiers import IDENTIFIERS
from pipeline.responsys.needs import ListColumns
from pipeline.responsys.preflight import columns
from pipeline.responsys.preflight.account import Account
from pipeline.responsys.preflight.listings import Entry


def look_for_list(account: Account) -> Iterator[Finding]:
    """Find the connector's list, in its folder, with the column that people are found by."""
    wanted, folder = account.connector.profile_list, account.connector.list_folder
    named = [entry for entry in account.lists if entry.get("name") == wanted]
    if not named:
        names = [str(entry.get("name")) for entry in account.lists]
        yield Finding("list", False, f'the account has no list "{wanted}"{likely(wanted, names)}')
        return
    yield in_folder(named, wanted, folder)
    yield from guarded("column", lambda: identifier(account))


def in_folder(named: list[Entry], wanted: str, folder: str | None) -> Finding:
    """Say in which folder the list is."""
    here = [entry for entry in named if folder in (None, entry.get("folderName"))]
    home = (here or named)[0].get("folderName")
    wrong = "" if here else f', not in "{folder}"'
    return Finding("list", not wrong, f'list "{wanted}" is in folder "{home}"{wrong}')


def identifier(account: Account) -> Iterator[Finding]:
    """Find the column that events address people by."""
    kind = account.connector.identifier_type
    need = IDENTIFIERS[kind].column
    text = f"column {need} for {kind}"
    there = need in account.columns
    yield Finding("column", there, text if there else f"the list has no {text}")


def look_for_columns(account: Account, subject: str, need: ListColumns) -> Iterator[Finding]:
    """Find the columns that a destination fills; a missing list has a finding of its own."""
    if not account.has_list:
        return
    wrong = list(columns.problems("the list", need.columns, account.columns))
    for problem in wrong:
        yield Finding("column", False, f"{subject}: {problem}")
    if not wrong:
        yield Finding("column", True, f"{subject}: the list has {columns.counted(need.columns)}")
