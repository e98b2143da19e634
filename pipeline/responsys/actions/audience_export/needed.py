"""Needs of an export: the columns and tables that must be in the account."""

from collections.abc import Iterator, Sequence

from pipeline.responsys.actions.audience_export.extension_table import ExtensionTable
from pipeline.responsys.actions.audience_export.extension_tables import ExtensionTables
from pipeline.responsys.actions.audience_export.keys import Key
from pipeline.responsys.actions.audience_export.permission import UNCHANGED
from pipeline.responsys.actions.audience_export.profile_list import ProfileList
from pipeline.responsys.needs import Columns, ListColumns, Need, NeededExtensionTable

FLAG = "INTEGER"  # "1" and "0" go wherever whole numbers go


def needed(profile_list: ProfileList, tables: ExtensionTables) -> Iterator[Need]:
    """Yield the columns of the list, and the tables."""
    folder = tables.options.get("table_folder")
    yield ListColumns(list_columns(profile_list, tables.order))
    if tables.fields:
        columns = {column.name: column.type for column in tables.fields.columns}
        yield extension_table(tables.fields, folder, columns)
    if tables.memberships:
        columns = {column.name: FLAG for column in tables.memberships.columns}
        yield extension_table(tables.memberships, folder, columns)


def list_columns(profile_list: ProfileList, further: Sequence[Key] = ()) -> Columns:
    """Return the columns that people are found by, ``further`` ones included, and those that are written."""
    keys = [key.column for key in (*profile_list.match.all, *profile_list.others, *further)]
    permission = profile_list.permission
    status = [] if permission.decision == UNCHANGED else [permission.column]
    types = {column.name: column.type for column in profile_list.columns}
    return {**dict.fromkeys([*keys, *status]), **types}


def extension_table(table: ExtensionTable, folder: str | None, columns: Columns) -> NeededExtensionTable:
    """Return the need of a table, which may be in any folder if the options name none."""
    return NeededExtensionTable(table.name, columns, folder, table.folder)
