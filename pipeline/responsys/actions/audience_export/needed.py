"""What an export needs to be in the account."""

from collections.abc import Iterator

from pipeline.responsys.actions.audience_export.permission import UNCHANGED
from pipeline.responsys.actions.audience_export.plan import Plan
from pipeline.responsys.actions.audience_export.table import Table
from pipeline.responsys.needs import Columns, ExtensionTable, ListColumns, Need

FLAG = "INTEGER"  # "1" and "0" go wherever whole numbers go


def needed(plan: Plan) -> Iterator[Need]:
    """Yield the columns of the list, and the tables."""
    folder = plan.options.get("table_folder")
    yield ListColumns(list_columns(plan))
    if plan.fields:
        columns = {column.name: column.type for column in plan.fields.columns}
        yield extension_table(plan.fields, folder, columns)
    if plan.memberships:
        columns = {column.name: FLAG for column in plan.memberships.columns}
        yield extension_table(plan.memberships, folder, columns)


def list_columns(plan: Plan) -> Columns:
    """Return the columns that people are found by, and those that are written."""
    keys = [key.column for key in (*plan.match, *plan.others, *plan.order)]
    status = [] if plan.permission.decision == UNCHANGED else [plan.permission.column]
    return {**dict.fromkeys([*keys, *status]), **{column.name: column.type for column in plan.columns}}


def extension_table(table: Table, folder: str | None, columns: Columns) -> ExtensionTable:
    """Return the need of a table, whose ``folder`` may be anywhere when nobody has said it."""
    return ExtensionTable(table.name, columns, folder, table.folder)
