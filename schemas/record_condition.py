"""A condition on records of Salesforce as it is configured: fields with the values that they shall have.

    { LeadSource = ["Web", "Event"], any = [ { City = "Paris" }, { NumberOfEmployees = { least = 1000 } } ] }

All of it must hold. Days and times are written as TOML has them, or as text; they are kept as text.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError

from schemas.condition_words import BOUNDS, GROUPS, OF_CHANGES, TIMES, VALUES, kind_of
from schemas.configuration_fields import Field, not_there
from schemas.mapped_variable import PATH
from schemas.time_span import TimeSpan

OPERATORS = (*VALUES[1:], *BOUNDS, "begins", "contains", "set", "within", "changed")
TEXTS = TIMES | {"text"}  # types of values that are text, and may stand in one list
MOST_VALUES = 200  # of one list
MOST_PARTS = 50  # fields of one table, alternatives of one group
DEEPEST = 5  # groups within groups
LONGEST_TEXT = 1000  # characters
NO_TIME = 'must be a day, such as 2026-01-02, or a time with a zone, such as "2026-01-02T03:04:05Z"'


class Condition(Field):
    """A table of fields; ``with_changes``: it may ask for the value that a field had before."""

    def __init__(self, *, with_changes: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.with_changes = with_changes

    def read(self, value: Any) -> dict[str, Any]:
        """Read all fields and groups; their problems are reported together."""
        return self.read_table(value, DEEPEST)

    def read_table(self, value: Any, depth: int) -> dict[str, Any]:
        """Read a table, within which groups may stand ``depth`` deep."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table of fields and values")
        if not 1 <= len(value) <= MOST_PARTS:
            raise ValidationError(f"must name 1 to {MOST_PARTS} fields")
        found: dict[str, Any] = {}
        problems: dict[str, Any] = {}
        for name, wanted in value.items():
            try:
                found[name] = (
                    self.read_group(wanted, depth - 1) if name in GROUPS else self.read_field(name, wanted)
                )
            except ValidationError as error:
                problems[name] = error.messages
        if problems:
            raise ValidationError(problems)
        return found

    def read_group(self, value: Any, depth: int) -> list[dict[str, Any]]:
        """Read alternatives."""
        if depth < 0:
            raise ValidationError(f"must not be nested deeper than {DEEPEST} groups")
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_PARTS:
            raise ValidationError(f"must be a list of 1 to {MOST_PARTS} tables")
        return [self.read_table(part, depth) for part in value]

    def read_field(self, path: str, wanted: Any) -> Any:
        """Read the value, list or table of one field."""
        if not PATH.fullmatch(path):
            raise ValidationError('is no field, such as "FirstName", or "Account.Name" of a parent')
        if not isinstance(wanted, Mapping):
            return read_values(wanted)
        if not wanted:
            raise ValidationError(f"must say something: {', '.join(OPERATORS)}")
        return self.read_operators(wanted)

    def read_operators(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Read the table of one field; all of its values are of one type."""
        found: dict[str, Any] = {}
        problems: dict[str, Any] = {}
        for operator, value in wanted.items():
            try:
                found[operator] = self.read_operator(operator, value)
            except ValidationError as error:
                problems[operator] = error.messages
        if problems:
            raise ValidationError(problems)
        if contradictory(set(kinds_in(found))):
            kinds = " and ".join(sorted(set(kinds_in(found))))
            raise ValidationError(f"compares with values of different types: {kinds}")
        return found

    def read_operator(self, operator: str, value: Any) -> Any:
        """Read one comparison."""
        if operator not in OPERATORS:
            raise ValidationError(not_there(operator, "a comparison", OPERATORS))
        if operator in OF_CHANGES and not self.with_changes:
            raise ValidationError("goes with rules alone: what is read first has no earlier value")
        if operator in VALUES:
            return read_values(value)
        if operator in BOUNDS:
            return read_bound(value)
        if operator in ("begins", "contains"):
            return read_text(value)
        if operator == "within":
            return TimeSpan().read(value)
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


def read_values(value: Any) -> Any:
    """Read a value, or a list of values of one type."""
    if not isinstance(value, list):
        return read_value(value)
    if not 1 <= len(value) <= MOST_VALUES:
        raise ValidationError(f"must be a list of 1 to {MOST_VALUES} values")
    found = [read_value(each) for each in value]
    kinds = {kind_of(each) for each in found}
    if (len(kinds) > 1 and not kinds <= TEXTS) or "true or false" in kinds:
        raise ValidationError(f"must not be a list of {' and '.join(sorted(kinds))}")
    return found


def read_value(value: Any) -> Any:
    """Read text, a number, true, false, a day or a time."""
    if isinstance(value, bool):
        return value
    if isinstance(value, date):  # a datetime is one, too
        return read_time(value)
    if isinstance(value, str):
        return read_text(value)
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < 10**18:
        return value
    raise ValidationError("must be text, a number, true, false, a day or a time with a zone")


def read_time(value: date) -> str:
    """Return a day or a time of TOML as text."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValidationError(NO_TIME)
    return value.isoformat()


def read_text(value: Any) -> str:
    """Read text, of which Salesforce has no empty one."""
    if not isinstance(value, str):
        raise ValidationError("must be text")
    if not value:
        raise ValidationError("must not be empty; a field without a value is { set = false }")
    if len(value) > LONGEST_TEXT:
        raise ValidationError(f"must not be longer than {LONGEST_TEXT:,} characters")
    return value


def read_bound(value: Any) -> Any:
    """Read a number, a day or a time; text and flags have no order."""
    found = read_value(value)
    if kind_of(found) not in ("number", "day", "time"):
        raise ValidationError(f"must be a number, or {NO_TIME.removeprefix('must be ')}")
    return found


def contradictory(kinds: set[str]) -> bool:
    """Tell whether no field can have values of all these types."""
    return len(kinds) > 1 and not kinds <= TIMES


def kinds_in(operators: Mapping[str, Any]) -> Iterator[str]:
    """Yield the types of the values in the table of a field."""
    for operator, value in operators.items():
        if operator in (*VALUES, *BOUNDS):
            kinds = {kind_of(each) for each in (value if isinstance(value, list) else [value])}
            yield from {"text"} if "text" in kinds else kinds
        elif operator == "within":
            yield "time"
        elif operator in ("begins", "contains"):
            yield "text"
