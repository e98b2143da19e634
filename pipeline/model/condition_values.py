"""Values of conditions, in the form in which they are compared with the fields of records.

kind of the field    compared as
text                 lower case; Salesforce looks at no case either
id                   18 characters
whole, number        a number
flag                 true or false
day                  text in ISO 8601
moment               a datetime of whole seconds; a day is its first moment in the org's zone
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pipeline.model.record_condition import SYSTEM_KINDS
from pipeline.model.variable_values import DoesNotFit, as_day, as_id, as_number, moment_of
from schemas.condition_words import TIMES, kind_of
from schemas.spans import SECONDS

NATURAL = {"true or false": "flag", "number": "number"}
COMPARED_AS = {
    "whole": "number",
    "number": "number",
    "flag": "flag",
    "day": "day",
    "moment": "moment",
    "id": "id",
}


class WrongComparison(ValueError):
    """A field holds values of another type than its condition; ``path`` names it."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path = path


def kind_for(path: str, values: tuple[Any, ...], kinds: Mapping[str, str]) -> str:
    """Return how a field is compared: as its known kind says, else as its values look."""
    known = kinds.get(path, SYSTEM_KINDS.get(path))
    if known is not None:
        return COMPARED_AS.get(known, "text")
    found = {kind_of(value) for value in values}
    if found <= TIMES and all(is_time(value) for value in values):
        return "moment" if "time" in found else "day"
    return NATURAL.get(found.pop(), "text")


def is_time(text: str) -> bool:
    """Tell whether text of the shape of a day or a time is one of the calendar."""
    try:
        as_day(text) if kind_of(text) == "day" else moment_of(text)
    except DoesNotFit:
        return False
    return True


def comparable(value: Any, kind: str, zone: tzinfo) -> Any:
    """Return a value, of a condition or of a record, as it is compared; raises DoesNotFit."""
    if kind == "moment":
        return moment(value, zone)
    if kind == "day":
        return as_day(value)
    if kind == "flag":
        if not isinstance(value, bool):
            raise DoesNotFit("is neither true nor false")
        return value
    if kind == "number":
        if isinstance(value, str):
            raise DoesNotFit("is no number")
        return as_number(value)
    if not isinstance(value, str):
        raise DoesNotFit("is no text")
    return as_id(value) if kind == "id" else value.lower()


def moment(value: Any, zone: tzinfo) -> datetime:
    """Return a moment of whole seconds; a day begins in the zone."""
    if isinstance(value, str) and kind_of(value) == "day":
        return datetime.fromisoformat(as_day(value)).replace(tzinfo=zone).astimezone(UTC)
    return moment_of(value).replace(microsecond=0)


def ago(span: str, now: datetime) -> datetime:
    """Return the moment that lies a span, such as "7d", before ``now``; of whole seconds."""
    return (now - timedelta(seconds=int(span[:-1]) * SECONDS[span[-1]])).replace(microsecond=0)
