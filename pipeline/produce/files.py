"""Files of activations: JSON Lines, or tables with a header; as they are or compressed.

Rows come one by one with the number of their line, so a file of any size needs little memory. A line that
cannot be read has a problem; the lines after it are read all the same.
"""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from pipeline.errors import Misconfigured
from pipeline.model.file_profile import FileProfile
from pipeline.produce.content import Content
from pipeline.produce.csv_file import read_csv
from pipeline.produce.encoding import UTF_8, encoding_text, in_utf8
from pipeline.produce.json_lines import read_json_lines
from pipeline.produce.lines import FileLine
from pipeline.produce.notes import Notes
from pipeline.produce.packing import unpacked
from pipeline.produce.strange_files import refuse_strange

NOT_UTF_8 = "This is not UTF-8"
Format = Literal["jsonl", "csv"]
FORMATS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
}


def read(
    file: BinaryIO,
    form: Format | None = None,
    profile: FileProfile | None = None,
    notes: Notes | None = None,
) -> Iterator[FileLine]:
    """Read a file; when neither ``form``, ``profile`` nor its name says the format, its beginning does.

    Raises Misconfigured when it cannot be a file of activations, and at the end of one that is cut off.
    """
    profile, notes = profile or FileProfile(), notes or Notes()
    source: Any = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast("Any", file))
    packed, name = unpacked(source, str(getattr(file, "name", "")))
    refuse_strange(packed)
    content, encoding, marked = in_utf8(packed, profile.encoding)
    if encoding != UTF_8 and not profile.encoding:
        notes.guess(
            f"in {encoding_text(encoding)}" if marked else f"in {encoding_text(encoding)} without a mark"
        )
    form = form or cast("Format | None", profile.format) or format_of(name) or sniff(content)
    if form == "csv":
        return noting_encoding(read_table(content, profile, notes, encoding), notes)
    if profile.of_tables_alone:
        raise Misconfigured("columns, constants, words and separators are for tables; this is JSON Lines")
    return noting_encoding(read_json_lines(content, encoding), notes)


def read_table(content: Content, profile: FileProfile, notes: Notes, encoding: str) -> Iterator[FileLine]:
    """Read a table; note if its header is not UTF-8."""
    try:
        return read_csv(content, profile, notes, encoding)
    except Misconfigured as error:
        notes.not_utf_8 |= NOT_UTF_8 in str(error)
        raise


def noting_encoding(lines: Iterable[FileLine], notes: Notes) -> Iterator[FileLine]:
    """Yield lines; note if one is not UTF-8."""
    for line in lines:
        if line.problem and line.problem.startswith(NOT_UTF_8):
            notes.not_utf_8 = True
        yield line


def format_of(name: str) -> Format | None:
    """Tell the format from a file's name; None when it does not say."""
    return FORMATS.get(Path(name).suffix.lower())


def sniff(content: Content) -> Format:
    """Tell the format from the first character that is not blank."""
    start = content.first_visible()
    if start == b"[":
        raise Misconfigured("the file is one JSON array; write one object to a line, without commas between")
    return "jsonl" if start == b"{" else "csv"
