"""Compare the columns that are wanted with those that are there."""

from collections.abc import Iterator, Mapping

from pipeline.model.looking import likely
from pipeline.responsys.needs import Columns

# Types of values by the types of columns that they fit; a column type that is not here takes any value.
TAKES = {
    "INTEGER": ("INTEGER",),
    "NUMBER": ("INTEGER", "NUMBER"),
    "TIMESTAMP": ("TIMESTAMP",),
}


def problems(owner: str, wanted: Columns, there: Mapping[str, str]) -> Iterator[str]:
    """Say which columns ``owner`` lacks, and which are of another type."""
    for name, kind in wanted.items():
        actual = there.get(name.upper())
        if actual is None:
            yield f"{owner} has no column {name}{likely(name, there)}"
        elif not fits(kind, actual):
            yield f"column {name} of {owner} is {actual}, not {kind}"


def fits(kind: str | None, actual: str) -> bool:
    """Tell whether values of one type go into a column of another."""
    return kind is None or kind in TAKES.get(actual, (kind,))


def counted(columns: Columns) -> str:
    """Count columns."""
    return "its column" if len(columns) == 1 else f"its {len(columns)} columns"
