"""Look for extension tables of the list."""

from collections.abc import Iterator

from pipeline.model.finding import Finding
from pipeline.model.looking import likely
from pipeline.responsys.needs import NeededExtensionTable
from pipeline.responsys.preflight import columns
from pipeline.responsys.preflight.account import Account, ExistingTable


def look_for_extension(account: Account, subject: str, need: NeededExtensionTable) -> Iterator[Finding]:
    """Find a table with its columns, or say that it will be made; without its list there is neither."""
    if not account.has_list:
        return
    table = account.extensions.get(need.name)
    if table is None:
        yield absent(account, f'{subject}, table "{need.name}"', need)
        return
    wrong = list(problems(table, need))
    for problem in wrong:
        yield Finding("table", False, f"{subject}: {problem}")
    if not wrong:
        has = f'table "{table.name}" in folder "{table.folder}" has {columns.counted(need.columns)}'
        yield Finding("table", True, f"{subject}: {has}")


def absent(account: Account, text: str, need: NeededExtensionTable) -> Finding:
    """Say where a table that is not there will be made."""
    hint = likely(need.name, account.extensions)
    if need.home is None:
        unsaid = 'it is not there, and "table_folder" does not say where to make it'
        return Finding("table", False, f"{text}: {unsaid}{hint}")
    return Finding("table", True, f'{text}: it is not there and will be made in folder "{need.home}"{hint}')


def problems(table: ExistingTable, need: NeededExtensionTable) -> Iterator[str]:
    """Say why a table that is there will not do. Its name is unique in the list, whatever the folder."""
    if need.folder not in (None, table.folder):
        yield f'table "{table.name}" is in folder "{table.folder}", not in "{need.folder}"'
    yield from columns.problems(f'table "{table.name}"', need.columns, table.columns)
