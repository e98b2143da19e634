"""The shape of a field or column as an outside system describes it, and the changes that matter."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class FieldShape(NamedTuple):
    """Type and length of a field; ``length`` 0: it is not counted in characters."""

    type: str
    length: int = 0
    is_required: bool = False


Shapes = Mapping[str, FieldShape]  # by place: "Title of Contact"


def changes_of_shape(earlier: Shapes, now: Shapes) -> Iterator[str]:
    """Yield the changes by which a value that was taken before may be refused now."""
    for place in sorted(earlier.keys() & now.keys()):
        before, after = earlier[place], now[place]
        if after.type != before.type:
            yield f"{place} is of type {after.type} now, and was of type {before.type}"
        elif 0 < after.length < before.length:
            yield f"{place} was shortened: it takes {after.length:,} characters, and took {before.length:,}"
        if after.is_required and not before.is_required:
            yield f"{place} has become required: it can no longer be empty"
