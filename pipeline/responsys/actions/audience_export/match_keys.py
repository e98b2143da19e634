"""Match keys: the one or two columns of the list by which a row's person is found.

``match_column_1`` may name several columns: the first counts that the row has a value for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.model.activation import Activation
from pipeline.responsys.actions.audience_export.keys import Key


@dataclass(frozen=True)
class MatchKeys:
    """The keys that a destination may find people by."""

    first: tuple[Key, ...]
    second: tuple[Key, ...]  # one or none: it must fit as well

    @classmethod
    def of(cls, options: Mapping[str, Any], keys: Mapping[str, Key]) -> "MatchKeys":
        """Read the options; ``keys`` are those of all identifiers, by their columns."""
        columns, further = options["match_column_1"], options.get("match_column_2")
        first = [columns] if isinstance(columns, str) else columns
        return cls(tuple(keys[column] for column in first), (keys[further],) if further else ())

    @cached_property
    def all(self) -> tuple[Key, ...]:
        """All keys, in their order."""
        return (*self.first, *self.second)

    @property
    def always(self) -> tuple[str, ...]:
        """The columns by which every row is found."""
        first = self.first if len(self.first) == 1 else ()
        return tuple(key.column for key in (*first, *self.second))

    def keys_of(self, row: Activation) -> tuple[Key, ...]:
        """Return the keys by which a row is found; rows of one shape have the same."""
        if len(self.first) == 1:
            return self.all
        return (next((key for key in self.first if key.given(row)), self.first[-1]), *self.second)

    def problem(self, row: Activation) -> str | None:
        """Say that a row has none of several columns; a single one is looked at as all keys are."""
        if len(self.first) == 1 or any(key.given(row) for key in self.first):
            return None
        return " and ".join(f'"{key.source}" for {key.column}' for key in self.first) + " are missing"
