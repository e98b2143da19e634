"""Lines of a file, whatever is in them and whichever line ends it has."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline.produce.content import CHUNK, Readable

LONGEST_LINE = 1024 * 1024  # bytes
TOO_LONG = f"This line has more than {LONGEST_LINE:,} bytes."
END_OF_FILE = b"\x1a"  # Ctrl-Z, which old programs write


class FileLine(NamedTuple):
    """One row of a file, or why there is none; ``number`` counts lines from 1."""

    number: int
    row: Any = None
    problem: str | None = None


def physical_lines(source: Readable) -> Iterator[tuple[bytes, str | None]]:
    """Yield each line, ended by LF, CR LF or CR, and its problem: of one too long, only the beginning."""
    rest, skipping = b"", False
    while chunk := source.read1(CHUNK):
        lines = (rest + chunk).splitlines(keepends=True)
        rest = b"" if chunk.endswith(b"\n") else lines.pop()  # it may go on in the next chunk, as CR LF may
        if skipping and lines:
            del lines[0]
            skipping = False
        for line in lines:
            yield line, None if len(line) <= LONGEST_LINE else TOO_LONG
        if len(rest) > LONGEST_LINE:
            if not skipping:
                yield rest, TOO_LONG
            rest, skipping = b"", not rest.endswith(b"\r")
    rest = rest.rstrip(END_OF_FILE)
    if rest and not skipping:
        yield rest, None
