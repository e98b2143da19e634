"""Conditions in queries: SOQL gets as much of each as it can express; the rest is looked at here.

Not in SOQL: earlier values, parts of texts with a backslash, values within sets, and ``within`` on a field
that is not known to be a day or a moment.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any, NamedTuple

from pipeline.model.condition_values import ago, comparable, kind_for
from pipeline.model.record_condition import (
    SYSTEM_KINDS,
    AllOf,
    AnyOf,
    Comparison,
    RecordCondition,
)
from pipeline.salesforce.soql import Clause, Value, among, both, compare, either, like, opposite

EQUALITIES = {"=": False, "not": True}
SIGNS = {"above": ">", "least": ">=", "below": "<", "most": "<="}


class DividedCondition(NamedTuple):
    """A condition in two parts: records must fulfil both."""

    where: Clause | None  # of the query; None: nothing can be said there
    rest: AllOf  # to look at here


class Context(NamedTuple):
    """The kinds of fields that are known, the zone in which days begin, and the time."""

    kinds: Mapping[str, str]
    zone: tzinfo
    now: datetime


def divide(condition: AllOf, kinds: Mapping[str, str], now: datetime, zone: tzinfo = UTC) -> DividedCondition:
    """Return the part of a condition for a query, and the rest; raises DoesNotFit for wrong types."""
    context = Context(kinds, zone, now)
    said = [(part, clause_of(part, context)) for part in condition.parts]
    clauses = [clause for _, clause in said if clause is not None]
    rest = AllOf(tuple(part for part, clause in said if clause is None))
    return DividedCondition(both(*clauses) if clauses else None, rest)


def clause_of(condition: RecordCondition, context: Context) -> Clause | None:
    """Return a condition as a clause, None if SOQL cannot say all of it."""
    if isinstance(condition, Comparison):
        return comparison_clause(condition, context)
    clauses = [clause_of(part, context) for part in condition.parts]
    said = [clause for clause in clauses if clause is not None]
    if not said or len(said) < len(clauses):
        return None
    if isinstance(condition, AllOf):
        return both(*said)
    return either(*said) if isinstance(condition, AnyOf) else opposite(either(*said))


def comparison_clause(one: Comparison, context: Context) -> Clause | None:
    """Return one comparison as a clause, None if SOQL cannot say it."""
    path, operator, values = one.path, one.operator, one.values
    if operator in EQUALITIES:
        return among(path, typed(one, context), negated=EQUALITIES[operator])
    if operator in SIGNS:
        return compare(path, SIGNS[operator], typed(one, context)[0])
    if operator == "set":
        return compare(path, "!=" if values[0] else "=", None)
    kind = context.kinds.get(path, SYSTEM_KINDS.get(path))
    if operator == "within":
        since = ago(values[0], context.now)
        bound = {"moment": since, "day": since.astimezone(context.zone).date()}.get(kind or "")
        return None if bound is None else compare(path, ">=", bound)
    if operator in ("begins", "contains") and kind not in ("set", "id") and "\\" not in values[0]:
        return like(path, values[0], inside=operator == "contains")
    return None


def typed(one: Comparison, context: Context) -> list[Value]:
    """Return the values of a comparison by the kind of its field."""
    kind = kind_for(one.path, one.values, context.kinds)
    return [query_value(value, kind, context.zone) for value in one.values]


def query_value(value: Any, kind: str, zone: tzinfo) -> Value:
    """Return a value as a query has it; text keeps its case, and days are no text."""
    if kind == "text":
        return str(value)
    found: Value = comparable(value, kind, zone)
    return date.fromisoformat(found) if kind == "day" and isinstance(found, str) else found
