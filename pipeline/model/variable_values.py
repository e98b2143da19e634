"""Values of variables by their type: read from Salesforce's JSON, and written as Salesforce takes them.

    type     in Salesforce's JSON               as a variable
    flag     true                               true
    whole    12.0                               12
    number   1200.0                             1200
    day      "2026-01-02"                       "2026-01-02"
    moment   "2026-01-02T03:04:05.000+0000"     "2026-01-02T03:04:05Z"
    choice   "CRM"                              as ``values`` says
    set      "B;A"                              "A;B"
    phone    "01 23 45 67 89" (region FR)       "+33123456789"
    id       15 or 18 characters                18 characters

Written values may be text, as files have them: "12", "true". No error repeats a value, for it is personal.
"""

import math
import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

from schemas.salesforce_id import full_id

LARGEST = 10**18
WORDS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
NUMERAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,17})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"([0-9-]{10})[Tt ]([0-9:]{5,8})(?:\.([0-9]{1,9}))?(?:Z|z|([+-][0-9]{2}):?([0-9]{2}))")
ADDRESS = re.compile(r"[^\s@,;<>()]+@[^\s@.,;<>()]+(?:\.[^\s@.,;<>()]+)+")


class DoesNotFit(ValueError):
    """A value is none of its variable's type; ``for_all``: the mapping is at fault, not one record."""

    def __init__(self, text: str, *, for_all: bool = False) -> None:
        super().__init__(text)
        self.for_all = for_all


def as_text(value: Any) -> str:
    """Return text; numbers and flags as JSON writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise DoesNotFit("is no text")


def as_flag(value: Any) -> bool:
    """Return true or false; words for them are read, too."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word not in WORDS:
        raise DoesNotFit("is neither true nor false")
    return WORDS[word]


def as_number(value: Any) -> int | float:
    """Return a number, a whole one without a fraction of zero; digits are read, too."""
    if isinstance(value, str) and NUMERAL.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DoesNotFit("is no number")
    if isinstance(value, float) and not math.isfinite(value):  # a whole number may be no float
        raise DoesNotFit("is no number")
    if abs(value) >= LARGEST:
        raise DoesNotFit("is too large a number")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_whole(value: Any) -> int:
    """Return a whole number."""
    number = as_number(value)
    if isinstance(number, float):
        raise DoesNotFit("is no whole number")
    return number


def rounded(value: Any, places: int) -> int | float:
    """Return a number with so many decimal places at most; halves go to the even digit."""
    number = as_number(value)
    if isinstance(number, int):
        return number
    return as_number(float(Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)))


def as_day(value: Any) -> str:
    """Return a day in ISO 8601; no zone ever shifts it."""
    try:
        if isinstance(value, str) and DAY.fullmatch(value.strip()):
            return date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        pass
    raise DoesNotFit("is no day, such as 2026-01-02")


def moment_of(value: Any) -> datetime:
    """Return a moment, in UTC and of whole milliseconds."""
    match = MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise DoesNotFit("is no time with a zone, such as 2026-01-02T03:04:05Z")
    day, clock, fraction, hours, minutes = match.groups()
    try:
        found = datetime.fromisoformat(f"{day}T{clock}{f'{hours}:{minutes}' if hours else '+00:00'}")
        return found.astimezone(UTC).replace(microsecond=int(f"{fraction or '':0<3.3}") * 1000)
    except (ValueError, OverflowError):
        raise DoesNotFit("is no time of the calendar") from None


def read_moment(value: Any) -> str:
    """Return a moment as activations have it; milliseconds only where there are some."""
    moment = moment_of(value)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")[:-6] + "Z"


def write_moment(value: Any) -> str:
    """Return a moment as Salesforce writes it: the offset without a colon."""
    return moment_of(value).isoformat(timespec="milliseconds")[:-6] + "+0000"


def as_set(value: Any) -> str:
    """Return the values of a set in order, each once, with semicolons between them."""
    return ";".join(sorted({text for part in as_text(value).split(";") if (text := part.strip())}))


def as_email(value: Any) -> str:
    """Return an address, with its case as it is."""
    address = as_text(value).strip()
    if not ADDRESS.fullmatch(address):
        raise DoesNotFit("is no e-mail address")
    return address


@lru_cache(maxsize=20_000)
def as_phone(value: Any, region: str | None) -> str:
    """Return a number in E.164; numbers without a country code are of ``region``."""
    import phonenumbers  # 8 MB of countries

    try:
        number = phonenumbers.parse(as_text(value), region)
    except phonenumbers.NumberParseException:
        raise DoesNotFit("is no phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise DoesNotFit("is no phone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def as_id(value: Any) -> str:
    """Return the 18 characters of an id."""
    try:
        return full_id(value if isinstance(value, str) else "")
    except ValueError:
        raise DoesNotFit("is no id of Salesforce") from None
