"""Checks of a write against the rest of the org: references, uniqueness, duplicates, locks."""

from collections.abc import Iterator
from typing import Any

from emulators.salesforce.messages.errors import RowError
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.settings import DuplicateRule
from emulators.salesforce.org.table import Table
from emulators.salesforce.org.values import read_value

LOCKED = "unable to obtain exclusive access to this record or 1 records: {}"
APEX = "{} : execution of BeforeUpdate caused by: System.DmlException: UNABLE_TO_LOCK_ROW, {}"


def read_fields(table: Table, body: dict[str, Any], writing: str) -> Values:
    """Return the values of a body by the names of their fields; ``writing`` is "create" or "update"."""
    values: Values = {}
    closed = []
    for name, value in body.items():
        field = table.field(name)
        if field is None:
            raise RowError("INVALID_FIELD", f"No such column '{name}' on sobject of type {table.name}")
        if not (field.createable if writing == "create" else field.updateable):
            closed.append(field.name)
            continue
        values[field.name] = read_value(field, value)
        if field.type == "boolean" and value is None:
            values[field.name] = False
    if closed:
        names = ", ".join(closed)
        reason = f"Unable to create/update fields: {names}. Please check the security settings of this field"
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", reason, tuple(closed))
    return values


def check_required(table: Table, values: Values) -> None:
    """Refuse a record without a required field."""
    missing = [f.name for f in table.fields.values() if f.required and values.get(f.name) is None]
    if missing:
        reason = f"Required fields are missing: [{', '.join(missing)}]"
        raise RowError("REQUIRED_FIELD_MISSING", reason, tuple(missing))


def check_references(org: Org, table: Table, changes: Values) -> None:
    """Refuse ids of records that are not there, or of another object."""
    for name, value in changes.items():
        field = table.fields[name.lower()]
        if value is None or not field.reference_to:
            continue
        target = org.table_of_id(value)
        if target is None or target.name not in field.reference_to:
            reason = f"{field.label}: id value of incorrect type: {value}"
            raise RowError("MALFORMED_ID", reason, (name,))
        if org.find(value) is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (name,))


def check_unique(table: Table, changes: Values, record_id: str | None) -> None:
    """Refuse a value that another record has in a unique field."""
    for name, value in changes.items():
        field = table.fields[name.lower()]
        if not field.unique or value is None:
            continue
        for other in table.ids_with(field, value):
            if other != record_id and not (table.current(other) or {}).get("IsDeleted"):
                reason = f"duplicate value found: {name} duplicates value on record with id: {other}"
                raise RowError("DUPLICATE_VALUE", reason, (name,))


def check_duplicates(org: Org, table: Table, changes: Values, record_id: str | None, allowed: bool) -> None:
    """Refuse a record that a duplicate rule matches; ``allowed`` lets one through that only alerts."""
    for rule in org.settings.duplicate_rules:
        value = changes.get(rule.field)
        if rule.table != table.name or value is None or (rule.action == "alert" and allowed):
            continue
        others = [i for i in table.ids_with(table.fields[rule.field.lower()], value) if i != record_id]
        found = [other for other in others if not (table.current(other) or {}).get("IsDeleted")]
        if found:
            raise RowError(
                "DUPLICATES_DETECTED",
                "Use one of these records?",
                duplicateResult=duplicate_result(rule, table, found),
            )


def duplicate_result(rule: DuplicateRule, table: Table, found: list[str]) -> dict[str, Any]:
    """Describe the records that a rule found."""
    matches = [
        {"record": {"attributes": {"type": table.name}, "Id": record_id}, "matchConfidence": 100.0}
        for record_id in found
    ]
    match = {"rule": rule.name, "matchEngine": "ExactMatchEngine", "entityType": table.name}
    return {
        "allowSave": rule.action == "alert",
        "duplicateRule": rule.name,
        "errorMessage": "Use one of these records?",
        "matchResults": [match | {"size": len(matches), "matchRecords": matches}],
    }


def check_locks(org: Org, table: Table, values: Values) -> None:
    """Refuse a write to a record, or to a child of one, that another transaction holds."""
    if not org.settings.locks:
        return
    involved = set(ids_involved(table, values))
    for lock in org.settings.locks:
        if lock.id not in involved or lock.times == 0:
            continue
        if lock.times is not None:
            lock.times -= 1
        if lock.apex:
            text = APEX.format(table.name, LOCKED.format(lock.id))
            raise RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text)
        raise RowError("UNABLE_TO_LOCK_ROW", LOCKED.format(lock.id))


def ids_involved(table: Table, values: Values) -> Iterator[str]:
    """Yield the ids of a record and of its parents."""
    if "Id" in values:
        yield values["Id"]
    yield from (
        value
        for name, value in values.items()
        if isinstance(value, str) and table.fields[name.lower()].type == "reference"
    )
