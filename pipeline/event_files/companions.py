"""Companions: the ready file that announces a data file, the count file with the number of its records."""

from collections.abc import Collection

from pipeline.event_files.plain_file import FileFailed

MOST_DIGITS = 15


def companion_of(name: str, extension: str, names: Collection[str]) -> str | None:
    """Return the companion of a data file that is there: x.txt.ready, x.ready; None if there is none."""
    base = name
    while base:
        if f"{base}{extension}" in names:
            return f"{base}{extension}"
        shorter = base.rpartition(".")[0]
        if not shorter:
            break
        base = shorter
    return None


def read_count(content: bytes) -> int:
    """Return the number in a count file; raises FileFailed if there is none."""
    text = content.decode("ascii", "replace").strip().strip('"')
    if not text.isdigit() or len(text) > MOST_DIGITS:
        raise FileFailed("its count file holds no number")
    return int(text)
