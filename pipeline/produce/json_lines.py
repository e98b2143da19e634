"""JSON Lines: one object on each line."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from pipeline.errors import Misconfigured
from pipeline.model.activation import Invalid, parse
from pipeline.produce.content import Readable
from pipeline.produce.encoding import UTF_8, shown
from pipeline.produce.lines import FileLine, physical_lines
from pipeline.text.redaction import masked

NONE: dict[str, Any] = {}
BLANK = b" \t\r\n\v\f\x1a"
BLANK_AFTER_QUOTE = tuple(b'"' + blank for blank in (b" ", b"\t", b"\r", b"\n"))  # perhaps before a colon


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
        if looks_doubled(raw, [row]) and (key := key_twice(raw)) is not None:
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
    return line._replace(problem=f"This is not {shown(encoding)}.") if bad else line


def looks_doubled(raw: bytes, rows: Iterable[Any]) -> bool:
    """Tell whether JSON, which has these rows, may have a key twice in an object; False: it has none.

    Keys are counted by the quote and colon at their ends, for parsing a line so that a doubled key shows
    takes as long as all the rest. A line in which a blank may stand between the two is parsed.
    """
    keys = 0
    for row in rows:
        if type(row) is not dict:
            return True
        identifiers, variables = row.get("identifiers", NONE), row.get("variables", NONE)
        if type(identifiers) is not dict or type(variables) is not dict:
            return True
        keys += len(row) + len(identifiers) + len(variables)
    return raw.count(b'":') != keys or any(blank in raw for blank in BLANK_AFTER_QUOTE)


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
