"""A condition on records of Salesforce: comparisons of their fields, all of which must hold.

Values stay as the configuration has them; days and times are text. ``kinds`` of fields, by path, are types of
variables; where a kind is not known, text in the shape of a day or a time is one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model.feeds import VARIABLE_KINDS
from pipeline.model.variable_values import DoesNotFit, as_day, as_id, moment_of
from schemas.condition_words import BOUNDS, GROUPS, OF_CHANGES, kind_of

EQUAL = "="
SYSTEM_KINDS: Mapping[str, str] = {
    "Id": "id",
    "IsDeleted": "flag",
    "CreatedDate": "moment",
    "LastModifiedDate": "moment",
    "SystemModstamp": "moment",
}
FITTING: Mapping[str, tuple[str, ...]] = {  # kinds of fields to those of values
    "whole": ("number",),
    "number": ("number",),
    "flag": ("true or false",),
    "day": ("day",),
    "moment": ("day", "time"),
}
TEXTS = ("text", "day", "time")  # kinds of values that any field of text takes
ORDERED = ("whole", "number", "day", "moment")


@dataclass(frozen=True)
class Comparison:
    """A field, an operator of the configuration or EQUAL, and its values."""

    path: str
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class AllOf:
    """Conditions that must all hold; none: any record will do."""

    parts: tuple["RecordCondition", ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """Conditions of which one must hold."""

    parts: tuple["RecordCondition", ...]


@dataclass(frozen=True)
class NoneOf:
    """Conditions of which none may hold."""

    parts: tuple["RecordCondition", ...]


RecordCondition = Comparison | AllOf | AnyOf | NoneOf


def read_condition(document: Mapping[str, Any]) -> AllOf:
    """Read a condition of the configuration; an empty one holds for every record."""
    parts: list[RecordCondition] = []
    for name, wanted in document.items():
        if name in GROUPS:
            group = tuple(read_condition(part) for part in wanted)
            parts.append(AnyOf(group) if name == "any" else NoneOf(group))
        else:
            operators = wanted if isinstance(wanted, Mapping) else {EQUAL: wanted}
            parts += [Comparison(name, operator, listed(value)) for operator, value in operators.items()]
    return AllOf(tuple(parts))


def listed(value: Any) -> tuple[Any, ...]:
    """Return the values of a list, or the one value."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def comparisons_in(condition: RecordCondition) -> Iterator[Comparison]:
    """Yield all comparisons."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons_in(part)


def paths_in(condition: RecordCondition) -> tuple[str, ...]:
    """Name the fields that a record must have been read with, each once."""
    return tuple(dict.fromkeys(each.path for each in comparisons_in(condition)))


def changes_in(condition: RecordCondition) -> tuple[str, ...]:
    """Name the fields that the condition compares with their earlier values."""
    return tuple(
        dict.fromkeys(each.path for each in comparisons_in(condition) if each.operator in OF_CHANGES)
    )


def event_kinds(*conditions: RecordCondition) -> dict[str, str]:
    """Return the kinds of the variables of events that conditions look at."""
    paths = (path for condition in conditions for path in paths_in(condition))
    return {path: VARIABLE_KINDS.get(path, "text") for path in paths}


def text_kinds(*conditions: RecordCondition) -> dict[str, str]:
    """Return the kinds of columns that conditions look at, where all values are texts."""
    return {path: "text" for condition in conditions for path in paths_in(condition)}


def type_problems(condition: RecordCondition, kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield fields with the reason why their comparison cannot be; those of unknown kind are left out."""
    for each in comparisons_in(condition):
        kind = kinds.get(each.path, SYSTEM_KINDS.get(each.path))
        if kind is not None and (problem := type_problem(each, kind)):
            yield each.path, problem


def type_problem(comparison: Comparison, kind: str) -> str | None:
    """Say why a comparison does not go with the kind of its field, None if it does."""
    operator, values = comparison.operator, comparison.values
    if operator in BOUNDS and kind not in ORDERED:
        return f'"{operator}" does not go with a field of type {kind}'
    if operator == "within":
        return None if kind in ("day", "moment") else f'"within" does not go with a field of type {kind}'
    if operator in ("begins", "contains"):
        return text_problem(operator, kind)
    if operator == "set":
        return '"set" does not go with a field that is true or false' if kind == "flag" else None
    if operator == "changed":
        return None
    return next((text for value in values if (text := value_problem(value, kind))), None)


def text_problem(operator: str, kind: str) -> str | None:
    """Say why a part of a text cannot be looked for, None if it can."""
    is_fitting = kind not in (*FITTING, "id") and (kind != "set" or operator == "contains")
    return None if is_fitting else f'"{operator}" does not go with a field of type {kind}'


def value_problem(value: Any, kind: str) -> str | None:
    """Say why a field of a kind never has a value, None if it may."""
    found = kind_of(value)
    if found not in FITTING.get(kind, TEXTS):
        return f"a field of type {kind} is compared with {a(found)}"
    try:
        if kind == "id":
            as_id(value)
        elif found == "day":
            as_day(value)
        elif found == "time":
            moment_of(value)
    except DoesNotFit as error:
        return f'"{value}" {error}'
    return None


def a(kind: str) -> str:
    """Write the kind of a value with its article."""
    return kind if kind in ("text", "true or false") else f"a {kind}"
