"""Bodies and paths of calls without the values of their rows, for people to look at."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from msgspec import to_builtins

from pipeline.model.call import Call
from pipeline.text.redaction import VALUE

MOST_SHAPES = 3  # of rows that are shown of a call

ROWS = frozenset({"recipientData", "records", "mergeTriggerRecords", "ids"})
# Keys with values that come from the configuration or name a column; all other values are those of rows.
SETTINGS = frozenset(
    """
    name objectName folderName fieldName fieldType fieldNames mapTemplateName insertOnNoMatch
    updateOnMatch matchColumnName1 matchColumnName2 matchColumnNames matchOperator optinValue
    optoutValue htmlValue textValue rejectRecordIfChannelEmpty defaultPermissionStatus
    queryAttribute
    """.split()
)
TELLING = ("action", "qa")  # of a query


def redact(call: Call) -> Call:
    """Return a call without the values of its rows."""
    body = None if call.body is None else redacted(to_builtins(call.body))
    return replace(call, path=redacted_path(call.path), body=body)


def redacted(value: Any, key: str = "") -> Any:
    """Return a body with its structure and settings; of rows that then look alike, one is left."""
    if isinstance(value, Mapping):
        return {name: redacted(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        found = [redacted(inner, key if key in SETTINGS else "") for inner in value]
        return different(found) if key in ROWS else found
    return value if key in SETTINGS else VALUE


def different(rows: list[Any]) -> list[Any]:
    """Return the first few rows that differ."""
    found = {json.dumps(row): row for row in rows}
    shown = list(found.values())[:MOST_SHAPES]
    return shown if len(found) <= MOST_SHAPES else [*shown, VALUE]


def redacted_path(path: str) -> str:
    """Return a path without the values in its query."""
    where, _, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = "&".join(f"{name}={value if name in TELLING else VALUE}" for name, value in pairs)
    return f"{where}?{shown}" if shown else where
