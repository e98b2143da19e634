"""Look for the columns that a source of members reads."""

from collections.abc import Iterator

from pipeline.model.finding import Finding
from pipeline.model.looking import likely
from pipeline.model.source import MembersSource
from pipeline.responsys.preflight import columns
from pipeline.responsys.preflight.account import Account


def look_for_read_columns(account: Account, source: MembersSource) -> Iterator[Finding]:
    """Find the columns of the list and of the extension table; a missing list has a finding of its own."""
    if not account.has_list:
        return
    subject = f'source "{source.name}"'
    wrong = [*problems(account, source)]
    for problem in wrong:
        yield Finding("source", False, f"{subject}: {problem}")
    if not wrong:
        amount = len(source.columns) + len(source.fields)
        yield Finding("source", True, f"{subject}: all columns that it reads are there ({amount})")


def problems(account: Account, source: MembersSource) -> Iterator[str]:
    """Yield the columns that are not there."""
    yield from columns.problems("the list", dict.fromkeys(source.columns), account.columns)
    if not source.fields_table:
        return
    table = account.extensions.get(source.fields_table)
    if table is None:
        hint = likely(source.fields_table, account.extensions)
        yield f'the list has no extension table "{source.fields_table}"{hint}'
    else:
        yield from columns.problems(f'table "{table.name}"', dict.fromkeys(source.fields), table.columns)
