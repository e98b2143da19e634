"""Rows of an answer: the fields that were asked for, with parents as objects inside."""

from collections.abc import Callable
from typing import Any

from emulators.salesforce.messages.errors import ApiError, violation_error
from emulators.salesforce.messages.moments import moment_text
from emulators.salesforce.org.field import Field
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.table import Table
from emulators.salesforce.soql.paths import Path, find_path, parent_of

Row = dict[str, Any]


def find_table(org: Org, name: str) -> Table:
    """Return an object by its name in any case; raises ApiError."""
    table = org.tables.get(name.lower())
    if table is None:
        raise invalid_type(name)
    return table


def invalid_type(name: str) -> ApiError:
    """Return the refusal of an object that is not there."""
    return violation_error("INVALID_TYPE", f"sObject type '{name}' is not supported.")


def row_maker(org: Org, table: Table, paths: tuple[str, ...], base: str) -> Callable[[Values], Row]:
    """Return the function that makes a row of a record; ``base`` is the path of the version."""
    found = [find_path(org, table, path) for path in paths]
    if len({path.names for path in found}) < len(found):
        raise violation_error("MALFORMED_QUERY", f"duplicate field selected: {', '.join(paths)}")
    own = [path.field for path in found if not path.links]
    parents = [path for path in found if path.links]
    head = f"{base}/sobjects/{table.name}/"

    def make(values: Values) -> Row:
        row: Row = {"attributes": {"type": table.name, "url": head + values["Id"]}}
        for field in own:
            row[field.name] = shown(field, values.get(field.name))
        for path in parents:
            show_parent(org, row, values, path, base)
        return row

    return make


def show_parent(org: Org, row: Row, values: Values, path: Path, base: str) -> None:
    """Put the value of a parent's field into the object of that parent, null where there is no parent."""
    here: Values | None = values
    for link in path.links:
        here = parent_of(org, here, link)
        name = str(link.relationship)
        if here is None:
            row[name] = None
            return
        if row.get(name) is None:
            kind = org.by_prefix[here["Id"][:3]].name
            row[name] = {"attributes": {"type": kind, "url": f"{base}/sobjects/{kind}/{here['Id']}"}}
        row = row[name]
    row[path.field.name] = shown(path.field, here.get(path.field.name) if here else None)


def shown(field: Field, value: Any) -> Any:
    """Return a value as answers show it."""
    if field.type == "datetime" and value is not None:
        return moment_text(value)
    if field.type == "boolean":
        return bool(value)
    return value
