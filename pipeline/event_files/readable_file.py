"""A readable file: a plain file as DuckDB can read it, with its header."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.event_files.event_header import EventHeader, read_header
from pipeline.event_files.plain_file import FileFailed, PlainFile
from pipeline.event_files.text_file import BLOCK, TextLook, look_at, write_clean
from pipeline.event_files.text_marks import UTF_16, utf_16_without_mark

OTHERWISE = 'it is in {}, and the import says otherwise: set encoding = "{}"'


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
    encoding = encoding_of(look.head, codecs.lookup(file.settings.encoding).name)
    is_utf8 = encoding in ("utf-8", "utf-8-sig", "ascii")
    if is_utf8 and look.is_clean:
        yield describe_file(file, file.path, is_clean=True)
        return
    copy = folder / f"{file.path.name}.clean"
    try:
        write_readable(file, copy, look, "utf-8-sig" if is_utf8 else encoding)
        yield describe_file(file, copy, is_clean=False)
    finally:
        copy.unlink(missing_ok=True)


def encoding_of(head: bytes, configured: str) -> str:
    """Return the encoding to read in; raises FileFailed for another one, of which no line would be left."""
    if configured.startswith("utf-32"):
        return configured
    if head.startswith(codecs.BOM_UTF8) and not configured.startswith(("utf-8", "ascii")):
        raise FileFailed(OTHERWISE.format("UTF-8", "utf-8"))
    unmarked = utf_16_without_mark(head)
    if (unmarked or head.startswith(UTF_16)) and not configured.startswith("utf-16"):
        raise FileFailed(OTHERWISE.format("UTF-16", "utf-16"))
    return unmarked if unmarked and configured == "utf-16" else configured


def write_readable(file: PlainFile, copy: Path, look: TextLook, encoding: str) -> None:
    """Write the clean copy; raises FileFailed for a file that its encoding refuses altogether."""
    try:
        write_clean(file.path, copy, look, encoding)
    except UnicodeError:
        raise FileFailed(f'it cannot be read in the import\'s encoding, "{file.settings.encoding}"') from None


def describe_file(file: PlainFile, path: Path, *, is_clean: bool) -> ReadableFile:
    """Read the header."""
    with path.open("rb") as lines:
        head = lines.read(BLOCK).decode(errors="replace")
    header = read_header(head, file.settings.delimiter, file.settings.columns)
    return ReadableFile(path, header, is_clean)
