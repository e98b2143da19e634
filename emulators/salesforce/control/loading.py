"""Loading: records stored as they are, with their effects, and ranges of a million at once."""

from typing import Any

from emulators.salesforce.control.orders import RangeSeed
from emulators.salesforce.messages.moments import read_moment
from emulators.salesforce.org.effects import AFTER
from emulators.salesforce.org.ids import read_id
from emulators.salesforce.org.org import Org, without_null
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.rules import BEFORE
from emulators.salesforce.org.table import Table


def load_record(org: Org, table: Table, body: dict[str, Any]) -> str:
    """Store a record; returns its id, raises ValueError or RowError."""
    values = {field.name: field.default for field in table.fields.values() if field.default is not None}
    values |= {"OwnerId": org.human} if "ownerid" in table.fields else {}
    values |= {named(table, name): stored(table, name, value) for name, value in body.items()}
    if table.name in BEFORE:
        BEFORE[table.name](org, values, None)
    values["Id"] = read_id(values["Id"]) if "Id" in values else table.take_id()
    moment = values.get("SystemModstamp")
    record = org.store(table.name, without_null(values), org.human)
    if moment is not None and record["SystemModstamp"] != moment:
        raise ValueError("SystemModstamp is set by the org; move its clock instead")
    if table.name in AFTER:
        AFTER[table.name](org, record, None, org.human)
    org.saved(table.name, record)
    return str(record["Id"])


def load_range(org: Org, table: Table, seed: RangeSeed) -> int:
    """Store numbered records of one stamp, without their effects; returns how many."""
    now = org.clock()
    moment, user = int(now), org.human
    stamps = {"SystemModstamp": moment, "CreatedDate": moment, "LastModifiedDate": moment}
    shared: Values = {f.name: f.default for f in table.fields.values() if f.default is not None}
    shared |= stamps | {"CreatedById": user, "LastModifiedById": user, "OwnerId": user, "IsDeleted": False}
    moving = {name: value for name, value in seed.fields.items() if isinstance(value, str) and "{n}" in value}
    shared |= {name: value for name, value in seed.fields.items() if name not in moving}
    for number in range(seed.count):
        own = {name: value.replace("{n}", str(number)) for name, value in moving.items()}
        table.put(shared | own | {"Id": table.take_id()}, now, now)
    return seed.count


def named(table: Table, name: str) -> str:
    """Return the name of a field as it is written; raises ValueError."""
    field = table.fields.get(name.lower())
    if field is None:
        raise ValueError(f"{table.name} has no field {name}")
    return field.name


def stored(table: Table, name: str, value: Any) -> Any:
    """Return a value as it is stored; raises ValueError."""
    kind = table.fields[name.lower()].type
    if kind == "datetime" and isinstance(value, str):
        return read_moment(value)
    return read_id(value) if kind == "reference" and value else value
