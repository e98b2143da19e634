"""Rows of a body: one activation, an array, or one a line, each checked on its own.

A row that breaks a rule is a value, its messages; the body goes on behind it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from pipeline.model.activation import PIPELINE_FIELDS, Activation, Invalid, parse
from pipeline.model.destination import CALL_TYPES
from pipeline.produce.json_lines import key_count, key_twice, looks_doubled
from pipeline.produce.many import read_row
from pipeline.produce.own_ids import OwnIds
from pipeline.text.escapes import half_pair
from pipeline.web.problems import Problem

MAX_LINE = 1024 * 1024  # bytes
JSON = "application/json"
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")

MOST_ERRORS = 1_000  # told; the rest are counted
UNTOLD = {"_schema": ["This breaks a rule."]}
FIELDS = frozenset(Activation.__struct_fields__) - PIPELINE_FIELDS

Messages = dict[Any, Any]
CheckedRow = tuple[Activation, bytes] | Messages

decode = msgspec.json.Decoder().decode


def media_type(content_type: str | None) -> str:
    """Return the kind of the body; raises Problem if it is none that is read here."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind != JSON and kind not in LINES:
        supported = [JSON, *LINES]
        raise Problem(
            "unsupported-media-type", f"Content-Type is one of {', '.join(supported)}.", supported=supported
        )
    return kind


def rows_of_json(pieces: Iterable[bytes], audience: str) -> Iterator[CheckedRow]:
    """Give the rows of a JSON body: one object, or an array of them."""
    content, check = b"".join(pieces), RowCheck(audience)
    try:
        document = decode(content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        raise malformed_body(content, error) from None
    rows = document if isinstance(document, list) else [document]
    if looks_doubled(content, sum(map(key_count, rows))) and (key := key_twice(content)) is not None:
        raise Problem("malformed-body", f"An object of the body has a key twice: {key}.")
    yield from map(check, rows)


def malformed_body(content: bytes, error: Exception) -> Problem:
    """Say why a JSON body cannot be read, and in which line where that is known."""
    if not content.strip():
        return Problem("malformed-body", "The body is empty; an empty array is `[]`.")
    try:
        content.decode()
    except UnicodeDecodeError as broken:
        line = content.count(b"\n", 0, broken.start) + 1
        return Problem("malformed-body", f"The body is not UTF-8: see line {line}.", line=line)
    try:
        parse(content)
    except Invalid as invalid:
        return Problem("malformed-body", invalid.messages["_schema"][0], **line_of(content))
    if (position := half_pair(content)) is not None:
        line = content.count(b"\n", 0, position) + 1
        return Problem(
            "malformed-body", f"The body has half of a surrogate pair: see line {line}.", line=line
        )
    return Problem("malformed-body", f"The body is not JSON that can be read: {error}.")


def line_of(content: bytes) -> dict[str, Any]:
    """Return ``line``, where JSON ends to be JSON; nothing if that cannot be told."""
    try:
        json.loads(content)
    except json.JSONDecodeError as error:
        return {"line": error.lineno}
    except (ValueError, RecursionError):
        pass
    return {}


def rows_of_lines(pieces: Iterable[bytes], audience: str) -> Iterator[CheckedRow]:
    """Give the rows of a body with one activation a line; blank lines do not count."""
    empty, check = True, RowCheck(audience)
    for line in lines_of(pieces):
        empty = False
        if line is None:
            yield {"_schema": [f"A line has at most {MAX_LINE} bytes."]}
        elif line.strip():
            yield line_checked(line, check)
    if empty:
        raise Problem("malformed-body", "The body is empty; one of blank lines has no rows.")


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes | None]:
    """Give the lines; None for one that is too long, of which nothing is kept."""
    rest, skipping = b"", False
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield None if skipping or len(line) > MAX_LINE else line
            skipping = False
        if len(rest) > MAX_LINE:
            rest, skipping = b"", True
    if rest or skipping:
        yield None if skipping else rest


def line_checked(line: bytes, check: "RowCheck") -> CheckedRow:
    """Read and check a line."""
    try:
        row = decode(line)
        if looks_doubled(line, key_count(row)) and (key := key_twice(line)) is not None:
            return {"_schema": [f"This has a key twice: {key}."]}
        return check(row)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
        pass
    try:
        return check(parse(line))
    except Invalid as error:
        return error.messages


class RowCheck:
    """Checks rows of one audience, and looks less closely when no more messages are told."""

    def __init__(self, audience: str) -> None:
        self._audience = audience
        self._told = 0  # messages

    def __call__(self, row: Any) -> CheckedRow:
        """Return an activation with its JSON, or messages on its errors."""
        if not isinstance(row, Mapping):
            return {"_schema": ["Invalid input type."]}
        if self._told >= MOST_ERRORS and is_surely_wrong(row):
            return UNTOLD
        try:
            return read_row(row, self._audience)
        except Invalid as error:
            self._told += 1
            return error.messages


def is_surely_wrong(row: Mapping[str, Any]) -> bool:
    """Tell whether a row breaks a rule that is quick to look at; messages take a hundred times as long."""
    return (
        row.get("profile_id") is None or row.get("call_type") not in CALL_TYPES or not FIELDS.issuperset(row)
    )


def ids_checked(rows: Iterable[CheckedRow]) -> Iterator[CheckedRow]:
    """Give the rows; one with the id of an earlier row but other content is an error."""
    own_ids = OwnIds()
    for row in rows:
        if type(row) is not tuple or row[0].id is None:
            yield row
            continue
        try:
            own_ids.is_repeat(row[0])
            yield row
        except Invalid as error:
            yield error.messages
