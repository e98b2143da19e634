"""Parts: a large file is read some ten megabytes at a time, each cut at the end of a record."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PART_BYTES = 64 << 20
SHARED_PART_BYTES = 16 << 20  # in the database of deliveries: a transaction is to take less than 2 seconds
MOST_LINES = 100  # of one record


@dataclass(frozen=True)
class FilePart:
    """Some lines of a file, in a file of their own."""

    path: Path
    lines_before: int  # physical lines of the whole file before the first of these
    last: bool


def parts_of(path: Path, folder: Path, part_bytes: int = PART_BYTES) -> Iterator[FilePart]:
    """Give a file in parts; each is there until the next one is asked for."""
    if path.stat().st_size <= part_bytes:
        yield FilePart(path, 0, last=True)
        return
    before, size = 0, path.stat().st_size
    part = folder / f"{path.name}.part"
    with path.open("rb") as file:
        try:
            while file.tell() < size:
                lines = write_part(file, part, part_bytes)
                yield FilePart(part, before, last=file.tell() >= size)
                before += lines
        finally:
            part.unlink(missing_ok=True)


def write_part(file: BinaryIO, target: Path, part_bytes: int) -> int:
    """Copy whole records, and return the number of their lines."""
    text = file.read(part_bytes)
    text += file.readline()
    quotes = text.count(b'"')
    for _ in range(MOST_LINES if quotes % 2 else 0):
        line = file.readline()
        text += line
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            break
    target.write_bytes(text)
    return text.count(b"\n") + (not text.endswith(b"\n"))
