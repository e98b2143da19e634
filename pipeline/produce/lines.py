"""The lines of a file, whatever is in them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LONGEST_LINE = 1024 * 1024  # bytes
TOO_LONG = f"This line has more than {LONGEST_LINE:,} bytes."


@dataclass(frozen=True)
class FileLine:
    """One row of a file, or why there is none; ``number`` counts lines from 1."""

    number: int
    row: Any = None
    problem: str | None = None


def physical_lines(source: io.BufferedReader) -> Iterator[tuple[bytes, str | None]]:
    """Give each line and what is wrong with it: of one that is too long, only its beginning is read."""
    while raw := source.readline(LONGEST_LINE):
        if len(raw) < LONGEST_LINE or raw.endswith(b"\n"):
            yield raw, None
        else:
            skip_line(source)
            yield raw, TOO_LONG


def skip_line(source: io.BufferedReader) -> None:
    """Read on behind the next line end."""
    while raw := source.readline(LONGEST_LINE):
        if raw.endswith(b"\n"):
            return
