"""Times for programs: RFC 3339 in UTC, such as "2026-11-29T12:00:00Z"."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Write a time that knows its zone."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
