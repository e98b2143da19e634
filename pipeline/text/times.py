"""Times in RFC 3339, in UTC: "2026-11-29T12:00:00.5Z" for programs, "2026-11-29T12:00:00Z" for people."""

import re
from datetime import UTC, datetime

FRACTION = re.compile(r"\.\d+")


def rfc3339(moment: datetime) -> str:
    """Write a time that knows its zone."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_the_second(text: str | None) -> str | None:
    """Return a time of ``rfc3339`` without its fraction; None stays None."""
    return text and FRACTION.sub("", text)
