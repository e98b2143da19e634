"""Moments and days: whole seconds since the epoch inside, ``2021-11-06T17:38:40.000+0000`` outside.

Source: samples of the REST API Developer Guide; the offset has no colon.
"""

import re
from datetime import UTC, date, datetime

MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,3})?(Z|[+-]\d\d:?\d\d)"  # as SOQL and JSON bodies write it
)


def moment_text(seconds: int) -> str:
    """Return a moment as answers write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def read_moment(text: str) -> int:
    """Return the seconds since the epoch; raises ValueError."""
    match = MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no moment")
    day, time, zone = match.groups()
    if zone != "Z" and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    return int(datetime.fromisoformat(f"{day}T{time}{'+00:00' if zone == 'Z' else zone}").timestamp())


def read_day(text: str) -> str:
    """Return a day as it came; raises ValueError."""
    return date.fromisoformat(text).isoformat()
