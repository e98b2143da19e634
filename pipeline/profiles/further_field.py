"""Further fields: those of ``[profile_fields]``, beside the mapping's, of any column of the files."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.model.feeds import read_word
from pipeline.profiles.mapping import VERSION

KINDS = ("count", "min", "max", "set", "valuect", "last")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")  # as the view has it


@dataclass(frozen=True)
class FurtherField:
    """One field as configured."""

    name: str
    kind: str
    column: str | None = None  # in capitals; None for a count
    feeds: tuple[str, ...] = ()  # words of files; (): every row

    def add(self, kept: Any, captured: int, value: str | None) -> Any:
        """Return the kept value of the field after one more row; None: nothing yet."""
        if self.kind == "count":
            return (kept or 0) + 1
        return kept if value is None else self.combine(kept, self._of_one(captured, value))

    def combine(self, one: Any, other: Any) -> Any:
        """Return the value of two parts of a person's rows together, in either order."""
        if one is None or other is None:
            return other if one is None else one
        match self.kind:
            case "count":
                return one + other
            case "set":
                return sorted({*one, *other})
            case "valuect":
                return {value: one.get(value, 0) + other.get(value, 0) for value in {*one, *other}}
            case "last":
                return max(one, other)
            case _:
                return (min if self.kind == "min" else max)(one, other, key=in_order)

    def shown(self, kept: Any) -> Any:
        """Return the field's value for people."""
        if self.kind == "last":
            return kept[1]
        return dict(sorted(kept.items())) if self.kind == "valuect" else kept

    def _of_one(self, captured: int, value: str) -> Any:
        match self.kind:
            case "set":
                return [value]
            case "valuect":
                return {value: 1}
            case "last":
                return [captured, value]
            case _:
                return as_time(value)


def as_time(value: str) -> str:
    """Return a time of the files as those of profiles are written; other texts stay."""
    try:
        moment = datetime.strptime(value, "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return value
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def in_order(value: str) -> tuple[bool, float, str]:
    """Return the key by which smallest and greatest are found: numbers by size, before texts.

    A text such as "nan" is no number: no order would be left.
    """
    if NUMBER.fullmatch(value):
        return False, float(value), value
    return True, 0.0, value


def version_of(fields: Iterable[FurtherField]) -> str:
    """Return the version of the mapping with these fields: profiles of another one are built anew."""
    text = repr(sorted((one.name, one.kind, one.column, sorted(one.feeds)) for one in fields))
    return VERSION + "." + hashlib.sha256(text.encode()).hexdigest()[:16]


def read_fields(documents: Mapping[str, Mapping[str, Any]]) -> tuple[FurtherField, ...]:
    """Read ``[profile_fields]`` as it is stored."""
    return tuple(
        FurtherField(
            name,
            document["kind"],
            (document.get("column") or "").strip().upper() or None,
            tuple(read_word(feed) for feed in document.get("feeds") or ()),
        )
        for name, document in sorted(documents.items())
    )
