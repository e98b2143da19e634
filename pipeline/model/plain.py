"""Plain values: those of Python, databases and data frames become the ones that JSON has.

    NaN, NaT, NA                     null
    a date, a time, both             ISO 8601
    a scalar of numpy or pyarrow     the same of Python
    a whole number as an id          its digits; 1001.0 too, as data frames have numbers beside a missing one
    a null or "" as identifier       absent

Identifiers and profile ids lose white space and invisible characters (Unicode's class Cf) at both ends, so
that " p-1" and "p-1" are not two people. numpy, pandas, polars and pyarrow are recognised, never imported.
"""

import unicodedata
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

EXACT = 2**53  # the largest whole number up to which floats have all
LONGEST_NUMBER = 4096  # bits of a whole number that is an id; Python writes no much longer ones
LARGEST_EXPONENT = 308  # of a decimal that a float can be
PLAIN = frozenset((str, int, bool, type(None)))
NULLS = frozenset(("NAType", "NaTType"))  # pandas' own


def trimmed(text: str) -> str:
    """Return ``text`` without white space and invisible characters at its ends."""
    text = text.strip()
    if text.isprintable():
        return text
    start, end = 0, len(text)
    while start < end and invisible(text[start]):
        start += 1
    while start < end and invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def invisible(character: str) -> bool:
    """Tell whether a character is white space, or a format character, such as a zero-width joiner."""
    return character.isspace() or unicodedata.category(character) == "Cf"


def plain(given: Any) -> Any:
    """Return an activation as it was given with plain values in it; anything but a mapping stays as it is."""
    if not isinstance(given, Mapping):
        return given
    found = dict(given)
    for name in ("profile_id", "id"):
        if name in found:
            found[name] = as_id(found[name])
    if "occurred_at" in found:
        found["occurred_at"] = as_moment(found["occurred_at"])
    for name, convert in (("identifiers", identifiers), ("variables", variables)):
        if isinstance(found.get(name), Mapping):
            found[name] = convert(found[name])
    return found


def identifiers(given: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the identifiers that there are."""
    values = {
        name: trimmed(value) if isinstance(value, str) else whole(value) for name, value in given.items()
    }
    return {name: value for name, value in values.items() if value is not None and value != ""}


def variables(given: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the same variables with plain values."""
    return {name: variable(value) for name, value in given.items()}


def as_id(value: Any) -> Any:
    """Return a text or whole number as text; anything else as it is."""
    if isinstance(value, str):
        return trimmed(value)
    value = whole(value)
    return str(value) if type(value) is int and value.bit_length() <= LONGEST_NUMBER else value


def whole(value: Any) -> Any:
    """Return a number without a fraction as a whole one, a null as None; anything else as it is."""
    value = variable(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        return int(value)
    return value


def variable(value: Any) -> Any:
    """Return a value as JSON has it; one that has no such form as it is."""
    if type(value) in PLAIN:
        return value
    value = native(value)
    if is_null(value):
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return number(value)
    return str(value) if isinstance(value, uuid.UUID) else value


def as_moment(value: Any) -> Any:
    """Return a date and time of any library as Python's, a date as its first moment in UTC."""
    value = native(value)
    if is_null(value):
        return None
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else value


def native(value: Any) -> Any:
    """Return a scalar of numpy or pyarrow as Python has it."""
    if hasattr(value, "as_py"):
        return value.as_py()
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind is None or not hasattr(value, "item") or getattr(value, "ndim", None) not in (None, 0):
        return value
    days = value.dtype.name == "datetime64[D]"
    return value.astype("datetime64[us]").item() if kind == "M" and not days else value.item()


def is_null(value: Any) -> bool:
    """Tell null, also from numbers and times that stand for it."""
    if value is None or type(value).__name__ in NULLS:
        return True
    return isinstance(value, float | Decimal) and value != value  # NaN is not itself


def number(value: Decimal) -> int | float | Decimal:
    """Return a decimal as a whole number where it is one, else as a float; a larger one as it is."""
    if not value.is_finite() or value.adjusted() > LARGEST_EXPONENT:
        return value
    return int(value) if value == value.to_integral_value() else float(value)
