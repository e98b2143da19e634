"""Matching: whether a record fulfils a condition, with the same answer as a query of Salesforce would give.

A null is equal to nothing, so ``not`` holds for it; it is neither above nor below anything.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from pipeline.model.condition_values import WrongComparison, ago, comparable, kind_for
from pipeline.model.mapping import ABSENT
from pipeline.model.record_condition import AllOf, AnyOf, Comparison, RecordCondition
from pipeline.model.variable_values import DoesNotFit
from schemas.condition_words import BOUNDS

Record = Mapping[str, Any]

# Of a record, its values as they were seen before (None: it is new), and the time.
Match = Callable[[Record, Record | None, datetime], bool]

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "above": lambda here, bound: here > bound,
    "least": lambda here, bound: here >= bound,
    "below": lambda here, bound: here < bound,
    "most": lambda here, bound: here <= bound,
}


def match_of(condition: RecordCondition, kinds: Mapping[str, str], zone: tzinfo = UTC) -> Match:
    """Return the function that looks at records; it raises WrongComparison for values of another type.

    ``kinds``: types of fields by path, as far as they are known. ``zone``: in which days begin.
    """
    if isinstance(condition, Comparison):
        return comparison_match(condition, kinds, zone)
    parts = [match_of(part, kinds, zone) for part in condition.parts]
    if isinstance(condition, AllOf):
        return lambda record, before, now: all(part(record, before, now) for part in parts)
    if isinstance(condition, AnyOf):
        return lambda record, before, now: any(part(record, before, now) for part in parts)
    return lambda record, before, now: not any(part(record, before, now) for part in parts)


def comparison_match(one: Comparison, kinds: Mapping[str, str], zone: tzinfo) -> Match:
    """Return the function of one comparison."""
    path, operator = one.path, one.operator
    if operator == "changed":
        return lambda record, before, _now: (
            (before is not None and value_at(record, path) != value_at(before, path)) is one.values[0]
        )
    fits = value_test(one, kinds, zone)
    if operator == "was":
        return lambda _record, before, now: before is not None and fits(value_at(before, path), now)
    if operator == "becomes":
        return lambda record, before, now: (
            fits(value_at(record, path), now)
            and not (before is not None and fits(value_at(before, path), now))
        )
    return lambda record, _before, now: fits(value_at(record, path), now)


def value_test(one: Comparison, kinds: Mapping[str, str], zone: tzinfo) -> Callable[[Any, datetime], bool]:
    """Return the function that looks at the value of the field."""
    path, operator, values = one.path, one.operator, one.values
    if operator == "set":
        return lambda value, _now: (value is not None and value is not False) is values[0]
    if operator == "within":
        return lambda value, now: value is not None and is_within(path, value, values[0], now, zone)
    if operator in ("begins", "contains"):
        return part_test(path, operator, values[0].lower(), is_set=kinds.get(path) == "set")
    kind = kind_for(path, values, kinds)
    wanted = [of_field(path, value, kind, zone) for value in values]
    if operator in BOUNDS:
        fits, bound = ORDERS[operator], wanted[0]
        return lambda value, _now: value is not None and fits(of_field(path, value, kind, zone), bound)
    among, is_negated = frozenset(wanted), operator == "not"
    return lambda value, _now: (
        (value is not None and of_field(path, value, kind, zone) in among) is not is_negated
    )


def part_test(path: str, operator: str, part: str, *, is_set: bool) -> Callable[[Any, datetime], bool]:
    """Return the function that looks for a part of a text, or for one value of a set."""

    def test(value: Any, _now: datetime) -> bool:
        if value is None:
            return False
        text = of_field(path, value, "text", UTC)
        if operator == "begins":
            return bool(text.startswith(part))
        return part in (text.split(";") if is_set else text)

    return test


def is_within(path: str, value: Any, span: str, now: datetime, zone: tzinfo) -> bool:
    """Tell whether a day or a moment lies no longer ago than a span; the future does not."""
    since = ago(span, now)
    if isinstance(value, str) and len(value) == len("2026-01-02"):
        return bool(of_field(path, value, "day", zone) >= since.astimezone(zone).date().isoformat())
    return bool(of_field(path, value, "moment", zone) >= since)


def of_field(path: str, value: Any, kind: str, zone: tzinfo) -> Any:
    """Return a value as it is compared; raises WrongComparison."""
    try:
        return comparable(value, kind, zone)
    except DoesNotFit as error:
        raise WrongComparison(path, str(error)) from None


def value_at(record: Record, path: str) -> Any:
    """Return the value of a path: under its whole name, or the parent's; raises WrongComparison if absent."""
    value = record.get(path, ABSENT)
    if value is ABSENT and "." in path:
        relationship, _, name = path.partition(".")
        parent = record.get(relationship, ABSENT)
        value = parent if parent is None or parent is ABSENT else parent.get(name, ABSENT)
    if value is ABSENT:
        raise WrongComparison(path, "was not read")
    return value
