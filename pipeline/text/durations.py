"""Lengths of time as people write them ("30m") and read them ("4 min 12 s")."""

import re
from datetime import timedelta

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}  # seconds
WORDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}  # seconds, largest first
LONGEST = timedelta(days=36_500)


def parse(text: str) -> timedelta:
    """Read "90s", "30m", "2h", "7d" or "1w"; raise ValueError that says how to write it."""
    found = re.fullmatch(r"([0-9]{1,12})([smhdw])", text.strip())
    seconds = int(found[1]) * UNITS[found[2]] if found else None
    if seconds is None or seconds > LONGEST.total_seconds():
        raise ValueError(f'"{text}" is not a length of time: write 90s, 30m, 2h, 7d or 1w')
    return timedelta(seconds=seconds)


def spell(seconds: float) -> str:
    """Write with the two largest units that matter: "4 min 12 s", "2 h", "3 d 4 h"."""
    left = max(0, round(seconds))
    parts: list[str] = []
    for word, size in WORDS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {word}")
        if len(parts) == 2 or (parts and not count):
            break
    return " ".join(parts) or "0 s"
