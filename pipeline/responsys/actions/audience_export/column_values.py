"""Values of typed columns: tests for them, and the form in which they are sent.

Source: reference, sections 6 and 12. Times are known to be taken as ``2026-11-21T12:00:00Z`` and, by other
clients, as ``2026-11-21 12:00:00``; a date alone, and numbers with an exponent, are named nowhere.

=========  ============================  ========================
type       a value                       is sent as
=========  ============================  ========================
TIMESTAMP  ``2026-11-21T14:00+02:00``    ``2026-11-21T12:00:00Z``
           ``2026-11-21``                ``2026-11-21 00:00:00``
NUMBER     ``1.5e3``                     ``1500``
INTEGER    `` 7 ``                       ``7``
=========  ============================  ========================

A date alone is the same day in whichever zone the account has, so it goes without a zone. Any year will do:
people were born before 1970.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from schemas.moment_text import parse

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE = re.compile(r"[+-]?[0-9]{1,38}")
DIGITS = r"[+-]?(?:[0-9]{1,38}\.?[0-9]{0,38}|\.[0-9]{1,38})"
NUMBER = re.compile(DIGITS)
WITH_EXPONENT = re.compile(DIGITS + "[eE][+-]?[0-9]{1,3}")


@dataclass(frozen=True)
class Form:
    """The values of one type: their ``name``, a test for them, and the text that is sent of one."""

    name: str
    fits: Callable[[str], bool]
    written: Callable[[str], str]  # any other text stays as it is


def moment_of(text: str) -> datetime:
    """Read a date, or a date and time, of any year; UTC if it has no zone. Raises ValueError."""
    moment = parse(f"{text}T00:00" if DATE.fullmatch(text) else text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError from error


def is_moment(text: str) -> bool:
    """Tell whether a text is a date, or a date and time."""
    try:
        moment_of(text)
    except ValueError:
        return False
    return True


def is_whole(text: str) -> bool:
    """Tell whether a text is a whole number."""
    return WHOLE.fullmatch(text.strip()) is not None


def is_number(text: str) -> bool:
    """Tell whether a text is a number of at most 38 digits on each side of its point."""
    return NUMBER.fullmatch(write_number(text)) is not None


def write_moment(text: str) -> str:
    """Write a date and time in UTC to the second; without a zone it is UTC already."""
    try:
        moment = moment_of(text)
    except ValueError:
        return text
    if DATE.fullmatch(text):
        return f"{text} 00:00:00"
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def write_whole(text: str) -> str:
    """Write a whole number without blanks around it."""
    return text.strip() if is_whole(text) else text


def write_number(text: str) -> str:
    """Write a number out in full, as variables that are numbers are."""
    number = text.strip()
    if NUMBER.fullmatch(number):
        return number
    full = format(Decimal(number), "f") if WITH_EXPONENT.fullmatch(number) else ""
    return full if NUMBER.fullmatch(full) else text


FORMS: Mapping[str | None, Form] = {
    "TIMESTAMP": Form("a date in ISO 8601, with or without a time", is_moment, write_moment),
    "INTEGER": Form("a whole number", is_whole, write_whole),
    "NUMBER": Form("a number", is_number, write_number),
}
