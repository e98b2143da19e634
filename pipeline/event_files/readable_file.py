"""A readable file: a plain file as DuckDB can read it, with its header."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.event_files.event_header import EventHeader, read_header
from pipeline.event_files.plain_file import FileFailed, PlainFile
from pipeline.event_files.text_file import BLOCK, TextLook, look_at, write_clean

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class ReadableFile:
    """Lines of UTF-8."""

    path: Path
    header: EventHeader | None  # None: it has no line
    is_clean: bool  # as it came: no line is marked


@contextmanager
def make_readable(file: PlainFile, folder: Path) -> Iterator[ReadableFile]:
    """Give the file itself, or a clean copy, which is deleted afterwards. Raises FileFailed."""
    look = look_at(file.path)
    encoding = codecs.lookup(file.settings.encoding).name
    refuse_other_encoding(look, encoding)
    is_utf8 = encoding in ("utf-8", "utf-8-sig", "ascii")
    if is_utf8 and look.is_clean:
        yield described(file, file.path, is_clean=True)
        return
    copy = folder / f"{file.path.name}.clean"
    try:
        write_clean(file.path, copy, look, "utf-8-sig" if is_utf8 else encoding)
        yield described(file, copy, is_clean=False)
    finally:
        copy.unlink(missing_ok=True)


def refuse_other_encoding(look: TextLook, encoding: str) -> None:
    """Raise FileFailed for UTF-16 where another encoding is configured, of which no line would be left."""
    if look.head.startswith(UTF_16) and not encoding.startswith("utf-16"):
        raise FileFailed('it is in UTF-16, and the import says otherwise: set encoding = "utf-16"')


def described(file: PlainFile, path: Path, *, is_clean: bool) -> ReadableFile:
    """Read the header."""
    with path.open("rb") as lines:
        head = lines.read(BLOCK).decode(errors="replace")
    header = read_header(head, file.settings.delimiter, file.settings.columns)
    return ReadableFile(path, header, is_clean)
