"""Moments as text: ISO 8601, with or without a zone."""

import re
from datetime import UTC, datetime, timedelta, timezone

from schemas.activation_limits import FIRST_YEAR, LAST_YEAR

MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2}))?"
)


class OutOfRange(ValueError):
    """The year is not one of those that are taken."""


def read_moment(value: datetime | str) -> datetime:
    """Return a moment with a zone; UTC if it has none.

    Raises:
        OutOfRange: its year is before ``FIRST_YEAR`` or after ``LAST_YEAR``.
        ValueError: the text is no moment.
    """
    moment = value if isinstance(value, datetime) else parse(value)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise OutOfRange(moment.year)
    return moment.astimezone(UTC) if moment.tzinfo else datetime.combine(moment.date(), moment.time(), UTC)


def parse(text: str) -> datetime:
    """Read text; a fraction is rounded to microseconds. Raises ValueError."""
    match = MOMENT.fullmatch(text)
    if not match:
        raise ValueError
    *numbers, fraction, zulu, sign, hours, minutes = match.groups(default="")
    zone = offset(sign, hours, minutes) if sign else UTC if zulu else None
    year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
    rounded = timedelta(microseconds=(int(f"{fraction:0<7.7}") + 5) // 10)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone) + rounded
    except OverflowError as error:
        raise ValueError from error


def offset(sign: str, hours: str, minutes: str) -> timezone:
    """Return the zone that ISO 8601 writes as ``+05:30``."""
    if int(minutes) > 59:
        raise ValueError(minutes)
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-distance if sign == "-" else distance)
