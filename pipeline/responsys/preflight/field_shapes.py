"""Shapes of the columns of an account that sources read and destinations fill."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.model.field_shape import FieldShape
from pipeline.model.source import MembersSource
from pipeline.model.uses import Uses
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.needs import ListColumns, NeededExtensionTable, NeededSupplementalTable
from pipeline.responsys.preflight.account import Account, ExistingTable

if TYPE_CHECKING:
    from pipeline.responsys.client import Client

TEXT = re.compile(r"STR(\d+)")
Owner = tuple[str, Iterable[str], Mapping[str, str]]  # its name, columns that are used, types by column


def column_shapes(connector: ResponsysConnector, uses: Uses, client: "Client") -> dict[str, FieldShape]:
    """Return the shape of each column that is used and there."""
    account, found = Account(connector, client), {}
    for owner, names, there in owners(account, uses):
        for name in sorted({each.upper() for each in names} & there.keys()):
            found[f"column {name} of {owner}"] = shape_of(there[name])
    return found


def owners(account: Account, uses: Uses) -> Iterator[Owner]:
    """Yield the list and each table, with the columns that are used, and all types that are there."""
    for need in (need for action in uses.actions for need in action.needs()):
        if isinstance(need, NeededSupplementalTable):
            place = (need.name, need.folder)
            found = (table for table in account.supplemental if (table.name, table.folder) == place)
            yield from (owner_of(table, need.columns) for table in found)
        elif isinstance(need, ListColumns):
            yield from of_list(account, need.columns)
        elif isinstance(need, NeededExtensionTable):
            yield from of_extension(account, need.name, need.columns)
    for source in (source for source in uses.sources if isinstance(source, MembersSource)):
        yield from of_list(account, source.columns)
        yield from of_extension(account, source.fields_table, source.fields)


def of_list(account: Account, columns: Iterable[str]) -> Iterator[Owner]:
    """Yield the list with the columns that are used, if it is there."""
    if account.has_list:
        yield "the list", columns, account.columns


def of_extension(account: Account, name: str, columns: Iterable[str]) -> Iterator[Owner]:
    """Yield an extension table with the columns that are used, if it is there."""
    if account.has_list and (table := account.extensions.get(name)) is not None:
        yield owner_of(table, columns)


def owner_of(table: ExistingTable, columns: Iterable[str]) -> Owner:
    """Return a table with the columns that are used."""
    return f'table "{table.name}"', columns, table.columns


def shape_of(kind: str) -> FieldShape:
    """Return the shape of a column: "STR500" is a text of 500 characters."""
    text = TEXT.fullmatch(kind)
    return FieldShape("STR", int(text[1])) if text else FieldShape(kind)
