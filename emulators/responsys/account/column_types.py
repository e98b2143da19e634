"""Column types, and the texts that fit them: every value travels as text, whatever its column's type."""

import re
from collections.abc import Callable
from datetime import datetime

INTEGER = re.compile("[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?([0-9]{1,38}(\.[0-9]*)?|\.[0-9]+)")
# The two forms that were seen to be accepted; the zone of the second is documented nowhere.
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?Z| \d\d:\d\d:\d\d)", re.ASCII)
EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(\.[^@\s,;<>()\".]+)+")
MOBILE = re.compile(r"\+?[0-9]{5,15}")


def value_fits(value: str | None, kind: str) -> bool:
    """Tell whether a column of this type takes ``value``; every column takes an empty one."""
    return not value or CHECKS[kind](value)


def misfit_text(value: str | None, kind: str) -> str:
    """Return the error of a value that does not fit, in Responsys' words."""
    return f'The value "{value}" is not valid for the field type {kind}'


def is_timestamp(value: str) -> bool:
    """Tell whether ``value`` is a point in time that exists."""
    if not TIMESTAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def fits_into(size: int) -> Callable[[str], bool]:
    """Return the check of a text column."""
    return lambda value: len(value) <= size


CHECKS: dict[str, Callable[[str], bool]] = {
    "CHAR": fits_into(1),
    **{f"STR{size}": fits_into(size) for size in (25, 50, 100, 255, 500, 4000)},
    "INTEGER": lambda value: INTEGER.fullmatch(value) is not None,
    "NUMBER": lambda value: DECIMAL.fullmatch(value) is not None,
    "TIMESTAMP": is_timestamp,
}
COLUMN_TYPES = tuple(CHECKS)
