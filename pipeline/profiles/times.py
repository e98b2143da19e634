"""Times of events: seconds since the epoch, written as ``2014-04-07T16:58:55Z``; hour and month of UTC."""

from datetime import date
from functools import cache, lru_cache

DAY = 86_400  # seconds
EPOCH = date(1970, 1, 1).toordinal()
HOURS_OF_WEEK = 168
THURSDAY = 4 * 24  # the epoch's hour of the week; Sunday begins it


@lru_cache(maxsize=20_000)
def day_text(day: int) -> str:
    """Return "2014-04-07" for a number of days since the epoch."""
    return date.fromordinal(EPOCH + day).isoformat()


@cache
def clock_texts() -> list[str]:
    """Return "T00:00:00Z" and the text of each further second of a day: an export writes millions of them."""
    return [f"T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z" for second in range(DAY)]


@lru_cache(maxsize=20_000)
def month_of(day: int) -> str:
    """Return "1" to "12"."""
    return str(date.fromordinal(EPOCH + day).month)


def iso_text(moment: int) -> str:
    """Write a time."""
    return day_text(moment // DAY) + clock_texts()[moment % DAY]


def hour_of_week(moment: int) -> str:
    """Return "0", Sunday's first hour, to "167"."""
    return str((moment // 3600 + THURSDAY) % HOURS_OF_WEEK)
