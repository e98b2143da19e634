"""Records as merges carry them: names of columns once, then a row of values per record."""

from collections.abc import Mapping, Sequence
from typing import Any


def record_data(records: Sequence[Mapping[str, str | None]]) -> dict[str, Any]:
    """Return ``recordData`` of records that have the same columns, which are never padded.

    Raises:
        ValueError: they have not.
    """
    columns = list(records[0])
    if any(list(record) != columns for record in records):
        raise ValueError("records of several shapes in one call")
    return {
        "fieldNames": columns,
        "records": [list(record.values()) for record in records],
        "mapTemplateName": None,
    }
