"""Data frames: tables of pandas, polars and pyarrow as rows of activations.

A frame is recognised by its methods, so none of these packages is imported. Its rows are read some at a time.
A row with columns of its own, rather than ``identifiers`` and ``variables``, is put together as one of a CSV
file is: columns become fields, identifiers and variables by their names.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.produce.columns import FIELDS, PROFILE, become, cleaned, place_of, twice

FETCH_ROWS = 2_000  # at a time
GROUPS = ("identifiers", "variables")


class Unreadable(TypeError):
    """The table has no rows that could be read as activations."""


def rows_of(table: Any) -> Iterable[Any]:
    """Return the rows of a data frame or batch as activations; anything else as it is."""
    if hasattr(table, "collect_schema") and not hasattr(table, "iter_rows"):
        raise Unreadable("a lazy frame has no rows yet: give frame.collect()")
    chunks = chunks_of(table)
    return table if chunks is None else activations(chunks)


def chunks_of(table: Any) -> Iterator[list[dict[Any, Any]]] | None:
    """Return the rows of a frame, some at a time; None when it is no frame."""
    if hasattr(table, "iter_slices"):  # polars
        return (part.to_dicts() for part in table.iter_slices(FETCH_ROWS))
    if hasattr(table, "iloc") and hasattr(table, "columns"):  # pandas
        starts = range(0, len(table), FETCH_ROWS)
        return (table.iloc[start : start + FETCH_ROWS].to_dict("records") for start in starts)
    if hasattr(table, "read_next_batch"):  # pyarrow: a reader of batches
        return (rows for batch in table for rows in parts_of(batch))
    if hasattr(table, "to_pylist") and hasattr(table, "schema"):  # pyarrow: a table or a batch
        return parts_of(table)
    return None


def parts_of(table: Any) -> Iterator[list[dict[Any, Any]]]:
    """Return the rows of a table or batch of pyarrow, some at a time."""
    return (table.slice(start, FETCH_ROWS).to_pylist() for start in range(0, table.num_rows, FETCH_ROWS))


def activations(chunks: Iterable[list[dict[Any, Any]]]) -> Iterator[dict[str, Any]]:
    """Return the rows as activations; raises Unreadable when no column is the profile_id."""
    places: list[tuple[str, str]] | None = None
    for rows in chunks:
        for row in rows:
            places = places or places_of(list(row))
            yield activation(places, row.values())


def places_of(columns: list[Any]) -> list[tuple[str, str]]:
    """Return the part of an activation that each column fills, and under which name."""
    names = [cleaned(str(column)) for column in columns]
    targets = become(names, {})
    if PROFILE not in targets:
        raise Unreadable(f"the frame has no column profile_id; it has: {', '.join(names)}")
    if repeated := twice(targets):
        raise Unreadable(f"more than one column of the frame is {', '.join(repeated)}")
    return [("", name) if name in GROUPS else (place_of(name, FIELDS), name) for name in targets]


def activation(places: Iterable[tuple[str, str]], values: Iterable[Any]) -> dict[str, Any]:
    """Return one row; without a call_type it is an ADD."""
    row: dict[str, Any] = {"call_type": "ADD", "identifiers": {}, "variables": {}}
    for (place, name), value in zip(places, values, strict=True):
        if name in GROUPS:
            row[name] |= value if isinstance(value, Mapping) else {}
        elif place:
            row[place][name] = value
        else:
            row[name] = value
    return row
