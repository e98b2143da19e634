"""Writes: create, update, upsert and delete of one record, with all that is checked and all that follows."""

from dataclasses import dataclass
from typing import Any

from emulators.salesforce.messages.errors import ApiError, RowError
from emulators.salesforce.org.checks import (
    check_duplicates,
    check_locks,
    check_references,
    check_required,
    check_unique,
    read_fields,
)
from emulators.salesforce.org.effects import AFTER, delete_with_children
from emulators.salesforce.org.ids import read_id
from emulators.salesforce.org.org import Org, without_null
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.rules import BEFORE
from emulators.salesforce.org.table import Table


@dataclass(frozen=True)
class SeveralMatches(Exception):
    """An external id belongs to several records; nothing was written."""

    table: Table
    ids: list[str]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes on behalf of one user."""

    org: Org
    user: str
    duplicates_allowed: bool = False

    def create(self, table: Table, body: dict[str, Any]) -> str:
        """Create a record; returns its id, raises RowError."""
        changes = read_fields(table, body, "create")
        values = {field.name: field.default for field in table.fields.values() if field.default is not None}
        values |= {"OwnerId": self.user} if "ownerid" in table.fields else {}
        values |= without_null(changes)
        self.check(table, values, changes, None)
        values["Id"] = table.take_id()
        self.finish(table, values, None)
        return str(values["Id"])

    def update(self, table: Table, record_id: str, body: dict[str, Any]) -> None:
        """Change the fields that the body names; raises RowError."""
        before = existing(table, record_id)
        changes = read_fields(table, body, "update")
        values = before | changes
        self.check(table, values, changes, before)
        self.finish(table, values, before)

    def upsert(
        self, table: Table, key: tuple[str, str], body: dict[str, Any], update_only: bool = False
    ) -> tuple[str, bool]:
        """Update the record with an external id, or create one; returns its id and whether it is new."""
        name, text = key
        field = table.field(name)
        if field is None or not field.external_id:
            reason = f"Provided external ID field does not exist or is not accessible: {name}"
            raise ApiError("NOT_FOUND", reason)
        found = [i for i in table.ids_with(field, text) if not (table.current(i) or {}).get("IsDeleted")]
        if len(found) > 1:
            raise SeveralMatches(table, found)
        if found:
            self.update(table, found[0], body)
            return found[0], False
        if update_only:
            raise RowError("NOT_FOUND", "The requested resource does not exist")
        return self.create(table, body | {field.name: text}), True

    def delete(self, table: Table, record_id: str) -> None:
        """Move a record to the recycle bin; raises RowError."""
        before = existing(table, record_id)
        check_locks(self.org, table, before)
        if table.name == "Contact" and before.get("IsPersonAccount"):
            raise RowError("DELETE_FAILED", "a person contact is deleted with its account")
        delete_with_children(self.org, table.name, record_id, self.user)

    def check(self, table: Table, values: Values, changes: Values, before: Values | None) -> None:
        """Make ``values`` whole and check them; raises RowError."""
        org, record_id = self.org, before["Id"] if before else None
        for automation in org.settings.automations:
            if automation.table == table.name and (automation.field in changes or automation.does == "set"):
                values[automation.field] = automation.apply(values.get(automation.field))
        check_locks(org, table, values)
        check_references(org, table, changes)
        check_required(table, values)
        if table.name in BEFORE:
            BEFORE[table.name](org, values, before)
        check_unique(table, changes, record_id)
        check_duplicates(org, table, changes, record_id, self.duplicates_allowed)

    def finish(self, table: Table, values: Values, before: Values | None) -> None:
        """Store a record, then run the effects of its object, such as history rows."""
        stored = self.org.store(table.name, values, self.user)
        if table.name in AFTER:
            AFTER[table.name](self.org, stored, before, self.user)
        self.org.saved(table.name, stored)


def existing(table: Table, record_id: str) -> Values:
    """Return the newest values of a record; raises RowError where there is none, or no more."""
    try:
        full = read_id(record_id)
    except ValueError as error:
        raise RowError("MALFORMED_ID", f"malformed id {record_id}", ("Id",)) from error
    if not full.startswith(table.prefix):
        raise RowError("MALFORMED_ID", f"Record ID: id value of incorrect type: {record_id}", ("Id",))
    values = table.current(full)
    if values is None:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if values.get("IsDeleted"):
        raise RowError("ENTITY_IS_DELETED", "entity is deleted")
    return values
