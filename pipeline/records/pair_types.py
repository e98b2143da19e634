"""Types of a pair's variables: alike in its Salesforce sources, and fit for the columns of Responsys."""

from collections.abc import Iterator, Mapping

from pipeline.model.pair import Pair
from pipeline.model.source import Source
from pipeline.records.documents import Documents
from pipeline.records.pair_variables import mapped_variables, streams_of

# Types of variables that a column of Responsys takes; a column of any other type takes any text.
FITTING_TYPES: Mapping[str, tuple[str, ...]] = {
    "INTEGER": ("whole",),
    "NUMBER": ("whole", "number"),
    "TIMESTAMP": ("day", "moment"),
}


def unequal_types(
    variable: str, wanted: Pair, sides: Mapping[str, Source], after: Documents
) -> Iterator[str]:
    """Yield the reason why the sides have different types for a variable."""
    mapped = mapped_variables(variable, wanted, sides, after)
    types = {stream.name: found.type for stream, found in mapped}
    if len(set(types.values())) > 1:
        yield "its sides differ in type: " + ", ".join(f'"{name}" has {kind}' for name, kind in types.items())
        return
    audiences = {stream.audience for stream in streams_of(wanted, sides)}
    for name, column, kind in typed_columns(variable, audiences, after):
        for theirs in set(types.values()) - set(FITTING_TYPES.get(kind, types.values())):
            where = f"{kind} for {column} in destination {name}"
            yield f"its sides differ in type: {theirs} in Salesforce, {where}"


def typed_columns(
    variable: str, audiences: set[str | None], after: Documents
) -> Iterator[tuple[str, str, str]]:
    """Yield each destination that fills a typed column with a variable, the column, and its type."""
    for name, document in after["destinations"].items():
        if document["audience"] not in audiences:
            continue
        for option in ("columns", "fields"):
            entry = (document.get(option) or {}).get(variable)
            if isinstance(entry, Mapping) and entry.get("type"):
                yield name, entry["column"], entry["type"]
