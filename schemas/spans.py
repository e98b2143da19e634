"""Spans of time as the configuration writes them, such as "7d"."""

import re

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
SPAN = re.compile(r"([1-9][0-9]{0,8})([smhdw])")


def seconds_in(span: str) -> int:
    """Return the seconds of a span."""
    return int(span[:-1]) * SECONDS[span[-1]]
