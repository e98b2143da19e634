"""Phrases of alerts: shares, lengths of time, and codes from outside."""

from pipeline.text.escapes import printable
from pipeline.text.plural import counted

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))  # seconds, largest first


def percent(share: float) -> str:
    """Write "12 %" or "0.4 %"."""
    return f"{float(f'{100 * share:.2g}'):g} %" if share < 0.1 else f"{100 * share:.0f} %"


def length(seconds: float) -> str:
    """Write a configured length of time: "15 minutes", "90 seconds"."""
    for word, size in UNITS:
        if seconds >= size and seconds % size == 0:
            return counted(int(seconds // size), word)
    return counted(int(seconds), "second") if seconds == int(seconds) else f"{seconds:g} seconds"


def listed_code(code: str) -> str:
    """Return a code without characters that could command a terminal or a page."""
    return printable(code) or "no code"


def plain_number(value: float | None) -> float | None:
    """Return a number that is whole as such: 3 rows, not 3.0."""
    return int(value) if value is not None and value == int(value) else value
