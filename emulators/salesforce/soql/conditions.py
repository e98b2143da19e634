"""Conditions: checked against the types of the fields, and made into functions of a record.

Source: SOQL and SOSL Reference, ``sforce_api_calls_soql_select_comparisonoperators.htm``: text is compared
without case.
"""

import re
from collections.abc import Callable
from typing import Any

from emulators.salesforce.messages.errors import violation_error
from emulators.salesforce.org.field import NUMBERS, Field
from emulators.salesforce.org.ids import read_id
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.table import Table, comparable
from emulators.salesforce.soql.paths import find_path, reader_of
from emulators.salesforce.soql.syntax import All, Any_, Comparison, Condition, Literal, Not

Test = Callable[[Values], bool]
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda here, there: here < there,
    "<=": lambda here, there: here <= there,
    ">": lambda here, there: here > there,
    ">=": lambda here, there: here >= there,
}


def test_of(org: Org, table: Table, condition: Condition) -> Test:
    """Return the function that tells whether a record fits; raises ApiError."""
    if isinstance(condition, Not):
        part = test_of(org, table, condition.part)
        return lambda values: not part(values)
    if isinstance(condition, All | Any_):
        parts = [test_of(org, table, part) for part in condition.parts]
        combine = all if isinstance(condition, All) else any
        return lambda values: combine(part(values) for part in parts)
    return comparison_test(org, table, condition)


def comparison_test(org: Org, table: Table, comparison: Comparison) -> Test:
    """Return the function of one comparison."""
    path = find_path(org, table, comparison.path)
    if not path.field.filterable:
        reason = f"field '{comparison.path}' can not be filtered in a query call"
        raise violation_error("INVALID_FIELD", reason)
    read, field, operator = reader_of(org, path), path.field, comparison.operator
    values = [value_for(field, literal) for literal in comparison.values]
    if operator == "LIKE":
        return like_test(read, field, values[0])
    if operator in SIGNS:
        compare, wanted = SIGNS[operator], values[0]
        return lambda record: (here := comparable(field, read(record))) is not None and compare(here, wanted)
    among = frozenset(values)
    if operator in ("=", "IN"):
        return lambda record: comparable(field, read(record)) in among
    return lambda record: comparable(field, read(record)) not in among


def like_test(read: Callable[[Values], Any], field: Field, pattern: Any) -> Test:
    """Return the function of a LIKE: ``%`` any text, ``_`` one character."""
    if not field.is_text or not isinstance(pattern, str):
        raise violation_error("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on field {field.name}")
    signs = re.findall(r"\\[%_]|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    shape = re.compile("".join(wild.get(s) or re.escape(s[-1]) for s in signs), re.DOTALL | re.IGNORECASE)
    return lambda record: isinstance(here := read(record), str) and shape.fullmatch(here) is not None


def value_for(field: Field, literal: Literal) -> Any:
    """Return a literal as it is compared with a field; raises ApiError where the types differ."""
    if literal.kind == "null":
        return False if field.type == "boolean" else None
    expected = expected_kind(field)
    if literal.kind != expected:
        quoted = "should be enclosed in quotes" if expected == "text" else "should not be enclosed in quotes"
        reason = (
            f"value of filter criterion for field '{field.name}' must be of type {field.type} and {quoted}"
        )
        raise violation_error("INVALID_FIELD", reason)
    if field.type in ("id", "reference"):
        return id_value(field, literal.value)
    return comparable(field, literal.value)


def expected_kind(field: Field) -> str:
    """Return the kind of literal that fits a field."""
    if field.type in NUMBERS:
        return "number"
    return {"boolean": "boolean", "datetime": "moment", "date": "day"}.get(field.type, "text")


def id_value(field: Field, text: str) -> str:
    """Return an id of 18 characters."""
    try:
        return read_id(text)
    except ValueError as error:
        raise violation_error("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {field.name}") from error
