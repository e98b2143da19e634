"""Times as event files have them: ``05-Jan-2026 14:03:22``."""

from datetime import UTC, datetime, timedelta
from functools import cache

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAY = 86_400  # seconds


def written(moment: datetime) -> str:
    """Write a moment; English months whatever the machine's language is."""
    return written_seconds(int(moment.timestamp()))


def written_seconds(seconds: int) -> str:
    """Write the moment that is ``seconds`` after 1970 in UTC."""
    day, second = divmod(seconds, DAY)
    return day_text(day) + clock_texts()[second]


@cache
def day_text(day: int) -> str:
    """Write the day that is ``day`` days after 1970: "05-Jan-2026 "."""
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    return f"{date.day:02d}-{MONTHS[date.month - 1]}-{date.year} "


@cache
def clock_texts() -> list[str]:
    """Write every second of a day: millions of rows need no formatting of their own then."""
    return [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(DAY)]
