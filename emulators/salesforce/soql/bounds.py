"""Bounds: how a condition narrows the search, by an equality, by the stamp or by the id."""

from emulators.salesforce.org.table import Table
from emulators.salesforce.soql.conditions import value_for
from emulators.salesforce.soql.syntax import All, Any_, Comparison, Condition

STAMP = "systemmodstamp"
ABOVE = (">", ">=", "=")
Place = tuple[int, str]  # a stamp, and an id


def few_ids(table: Table, condition: Condition | None) -> list[str] | None:
    """Return the ids that equalities leave, None where there is none to go by."""
    if isinstance(condition, All):
        return next((few for part in condition.parts if (few := few_ids(table, part)) is not None), None)
    if isinstance(condition, Any_):
        parts = [few_ids(table, part) for part in condition.parts]
        return None if None in parts else sorted({i for few in parts for i in few or ()})
    if not isinstance(condition, Comparison) or condition.operator not in ("=", "IN"):
        return None
    field = table.field(condition.path)
    if field is None:
        return None
    values = [value_for(field, literal) for literal in condition.values]
    if field.name == "Id":
        return sorted({value for value in values if value in table.records})
    if not field.is_indexed or None in values:
        return None
    return sorted({record_id for value in values for record_id in table.ids_with(field, value)})


def least_place(condition: Condition | None) -> Place | None:
    """Return a stamp, and within it an id, before which no record can fit; None where any can."""
    if isinstance(condition, Comparison):
        moment = condition.values[0].value
        is_bound = condition.path.lower() == STAMP and condition.operator in ABOVE and moment is not None
        return (moment + (condition.operator == ">"), "") if is_bound else None
    if isinstance(condition, All):
        bounds = [bound for part in condition.parts if (bound := least_place(part)) is not None]
        place = max(bounds, default=None)
        return None if place is None else (place[0], least_id(condition) or place[1])
    if isinstance(condition, Any_):
        bounds_of_parts = [least_place(part) for part in condition.parts]
        return None if None in bounds_of_parts else min(b for b in bounds_of_parts if b is not None)
    return None


def least_id(condition: Condition | None) -> str:
    """Return an id before which no record can fit, empty where any can."""
    if isinstance(condition, Comparison) and condition.path.lower() == "id" and condition.operator in ABOVE:
        return str(condition.values[0].value or "")[:15]
    if isinstance(condition, All):
        return max((least_id(part) for part in condition.parts), default="")
    return ""
