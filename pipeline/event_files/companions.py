"""Companions: the ready file that announces a data file, the count file with the number of its records."""

import re
from collections.abc import Collection

from pipeline.event_files.plain_file import FileFailed
from pipeline.event_files.text_marks import encoding_by_mark
from pipeline.model.file_server import FileSession
from pipeline.text.plural import counted

MAX_COUNT_BYTES = 4096
NUMBER = re.compile(r"[0-9]{1,15}")


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


def read_companion(session: FileSession, place: str) -> bytes:
    """Return the beginning of a companion."""
    return next(iter(session.read(place, 0)), b"")[:MAX_COUNT_BYTES]


def wrong_count(records: int, expected: int) -> str:
    """Say that a file has another number of records than its count file says."""
    return f"it has {counted(records, 'record')}; its count file says {expected:,}"


def read_count(content: bytes, name: str) -> int:
    """Return the number in the count file ``name``; raises FileFailed if there is none."""
    text = content.decode(encoding_by_mark(content) or "utf-8", "replace").strip()
    number = text.strip('"').strip()
    if not NUMBER.fullmatch(number):
        raise FileFailed(f"its count file {name} {flaw_of(text)}")
    return int(number)


def flaw_of(text: str) -> str:
    """Say in words why a text is no count; the text itself may be a person's data."""
    if not text:
        return "is empty"
    if len(text.splitlines()) > 1:
        return "has more than one line; one number is expected"
    return "holds no number of digits alone, such as 1234"
