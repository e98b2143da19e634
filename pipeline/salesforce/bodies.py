"""Bodies and paths of calls without the values of their rows, for people to look at."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from pipeline.model.call import Call
from pipeline.text.redaction import VALUE

MOST_SHAPES = 3  # of records that are shown of a call
# Keys with values from the configuration or from the code; all further keys have values of rows.
SETTINGS = frozenset("allOrNone method referenceId attributes type httpHeaders".split())
LIST = re.compile(r"(?<=\bIN \()'(?:[^'\\]|\\.)*'(?:, ?'(?:[^'\\]|\\.)*')*(?=\))|'(?:[^'\\]|\\.)*'")


def redact(call: Call) -> Call:
    """Return a call without the values of its rows."""
    return replace(
        call, path=redacted_url(call.path), body=None if call.body is None else redacted(call.body)
    )


def redacted(value: Any, key: str = "") -> Any:
    """Return a body with its structure and settings; of records that then look alike, one is left."""
    if key == "url":
        return redacted_url(str(value))
    if key == "httpHeaders":
        return value
    if isinstance(value, Mapping):
        return {name: redacted(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        shown = [redacted(inner) for inner in value]
        return different(shown) if key == "records" else shown
    return value if key in SETTINGS else VALUE


def different(records: list[Any]) -> list[Any]:
    """Return the first few records that differ."""
    found = {json.dumps(record): record for record in records}
    shown = list(found.values())[:MOST_SHAPES]
    return shown if len(found) <= MOST_SHAPES else [*shown, VALUE]


def redacted_url(url: str) -> str:
    """Return a URL with its query unquoted, without the values in it."""
    where, _, query = url.partition("?q=")
    return f"{where}?q={LIST.sub(VALUE, unquote(query))}" if query else where
