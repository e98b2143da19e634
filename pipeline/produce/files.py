"""Read activations from files: JSON Lines, or CSV with a header.

Rows come one by one with the number of their line, so a file of any size needs little memory. What cannot
be read is a problem of its line; the lines after it are read all the same.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import msgspec

from pipeline.errors import Misconfigured
from pipeline.model.activation import Invalid, parse
from pipeline.produce.csv_file import read_csv
from pipeline.produce.lines import FileLine, physical_lines

BOM = b"\xef\xbb\xbf"

Format = Literal["jsonl", "csv"]


def read(file: BinaryIO, form: Format | None = None) -> Iterator[FileLine]:
    """Read a file; when ``form`` is None its first character decides.

    Raises Misconfigured when it cannot be a file of activations at all.
    """
    source: Any = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast("Any", file))
    start = source.peek(3)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Misconfigured("the file is UTF-16; save it as UTF-8")
    if start.startswith(BOM):
        source.read(len(BOM))
    return read_json_lines(source) if (form or sniff(source)) == "jsonl" else read_csv(source)


def format_of(name: str) -> Format | None:
    """Tell the format from a file's name; None when it does not say."""
    formats: dict[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
    return formats.get(Path(name).suffix.lower())


def sniff(source: io.BufferedReader) -> Format:
    """Tell the format from the first character that is not blank."""
    start = source.peek().lstrip()
    if start.startswith(b"["):
        raise Misconfigured("the file is one JSON array; write one object to a line, without commas between")
    return "jsonl" if start.startswith(b"{") else "csv"


def read_json_lines(source: io.BufferedReader) -> Iterator[FileLine]:
    """Read one object from each line; blank lines are skipped."""
    for number, (raw, problem) in enumerate(physical_lines(source), 1):
        if problem:
            yield FileLine(number, problem=problem)
        elif not raw.isspace():
            yield json_line(number, raw)


def json_line(number: int, raw: bytes) -> FileLine:
    """Read one line."""
    try:
        return FileLine(number, msgspec.json.decode(raw))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        return FileLine(number, parse(raw.rstrip()))
    except Invalid as error:
        return FileLine(number, problem=error.messages["_schema"][0])
