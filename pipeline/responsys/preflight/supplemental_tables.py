"""Look for supplemental tables."""

from collections.abc import Iterator

from pipeline.model.finding import Finding
from pipeline.model.looking import likely
from pipeline.responsys.needs import NeededSupplementalTable
from pipeline.responsys.preflight import columns
from pipeline.responsys.preflight.account import Account


def look_for_supplemental(account: Account, subject: str, need: NeededSupplementalTable) -> Iterator[Finding]:
    """Find a table with its columns and its primary key."""
    named = {table.folder: table for table in account.supplemental if table.name == need.name}
    table = named.get(need.folder)
    if table is None:
        yield Finding("table", False, f'{subject}, table "{need.name}": {whereabouts(account, need)}')
        return
    text = f'table "{need.name}"'
    wrong = list(columns.problems(text, need.columns, table.columns))
    wrong += key_problems(text, need, account.primary_key(table))
    for problem in wrong:
        yield Finding("table", False, f"{subject}: {problem}")
    if not wrong:
        has = f'{text} in folder "{table.folder}" has {columns.counted(need.columns)}'
        yield Finding("table", True, f"{subject}: {has}")


def whereabouts(account: Account, need: NeededSupplementalTable) -> str:
    """Say in which other folder a table of this name is, or propose a table of its folder."""
    folders = [f'"{table.folder}"' for table in account.supplemental if table.name == need.name]
    if folders:
        return f'it is in folder {", ".join(folders)}, not in "{need.folder}"'
    names = [table.name for table in account.supplemental if table.folder == need.folder]
    return f'folder "{need.folder}" has no such table{likely(need.name, names)}'


def key_problems(text: str, need: NeededSupplementalTable, key: tuple[str, ...]) -> Iterator[str]:
    """Yield the problems of the columns that rows are found by."""
    filled = {name.upper() for name in need.columns}
    if key and need.match_columns:
        yield f'{text} has a primary key ({", ".join(key)}): leave "match_columns" out'
    if need.key and sorted(need.key) != sorted(key):
        yield f"the primary key of {text} is {', '.join(key) or 'nothing'}, not {', '.join(need.key)}"
    elif unfilled := [name for name in key if name not in filled]:
        yield f'the primary key of {text} is not among "columns": {", ".join(unfilled)}'
    if not key and not need.match_columns and not need.key:
        yield f'{text} has no primary key: say in "match_columns" how its rows are found'
