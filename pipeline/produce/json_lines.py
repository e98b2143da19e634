"""JSON Lines: one object on each line."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.errors import Misconfigured
from pipeline.model.activation import Invalid, parse
from pipeline.produce.content import Readable
from pipeline.produce.encoding import UTF_8, encoding_text
from pipeline.produce.lines import FileLine, physical_lines
from pipeline.text.redaction import masked

NONE: dict[str, Any] = {}
BLANK = b" \t\r\n\v\f\x1a"


class KeyTwice(Exception):
    """An object has a key more than once."""


def read_json_lines(source: Readable, encoding: str = UTF_8) -> Iterator[FileLine]:
    """Read one object from each line; blank lines are skipped."""
    for number, (raw, problem) in enumerate(physical_lines(source), 1):
        if raw.strip(BLANK) == b"{" and number == 1:
            raise Misconfigured("the file is one JSON object over several lines; write one object to a line")
        if problem:
            yield FileLine(number, None, problem)
        elif raw.strip(BLANK):
            line = json_line(number, raw)
            yield line if encoding == UTF_8 or line.problem is None else in_encoding(line, encoding)


def json_line(number: int, raw: bytes) -> FileLine:
    """Read one line."""
    try:
        row = msgspec.json.decode(raw)
        if looks_doubled(raw, key_count(row)) and (key := key_twice(raw)) is not None:
            return FileLine(number, None, f"This has a key twice: {key}.")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    else:
        return FileLine(number, row)
    try:
        return FileLine(number, parse(raw.rstrip()))
    except Invalid as error:
        return FileLine(number, None, error.messages["_schema"][0])


def in_encoding(line: FileLine, encoding: str) -> FileLine:
    """Name the encoding of the file, rather than UTF-8, in the problem of a line."""
    bad = line.problem is not None and line.problem.startswith("This is not UTF-8")
    return line._replace(problem=f"This is not {encoding_text(encoding)}.") if bad else line


def looks_doubled(raw: bytes, keys: int) -> bool:
    """Tell whether JSON, of which an activation has so many keys, may have one twice; False: it has none.

    Keys are counted by their colons or, if values have some, by the quote and colon at their ends; parsing
    so that a doubled key shows takes longer than all the rest, and is done if blanks may stand in between.
    """
    if raw.count(b":") == keys:
        return False
    return raw.count(b'":') != keys or b'" ' in raw or b'"\t' in raw or b'"\r' in raw or b'"\n' in raw


def key_count(row: Any) -> int:
    """Count the keys of an activation and of its two groups; -1 if it is none."""
    try:
        return len(row) + len(row.get("identifiers", NONE)) + len(row.get("variables", NONE))
    except (AttributeError, TypeError):
        return -1


def key_twice(raw: bytes) -> str | None:
    """Return a key that an object of the line has more than once; None when there is none."""

    def refuse(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise KeyTwice(key)
            found[key] = value
        return found

    try:
        json.loads(raw, object_pairs_hook=refuse)
    except KeyTwice as error:
        return masked(str(error))
    except (ValueError, RecursionError):
        pass
    return None
