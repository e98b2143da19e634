"""Rows of an object other than leads and contacts: upserted by a unique external id, and never looked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.activation import Activation
from pipeline.salesforce.actions.activation_key import key_of
from pipeline.salesforce.actions.collections import Written
from pipeline.salesforce.actions.values import FieldSource, values_of

LONGEST_KEY = 64  # characters of a key of ours, which a field for it must have room for


@dataclass(frozen=True)
class KeyedRows:
    """The rows of one object.

    The key is a value of the activation if one fills it, else the activation's id.
    """

    table: str
    key: str
    sources: tuple[FieldSource, ...]
    fixed: dict[str, Any]

    @property
    def has_own_key(self) -> bool:
        """Whether a value of the activation is the key, so that a later activation changes the same row."""
        return any(source.field == self.key for source in self.sources)

    def problem(self, row: Activation) -> str | None:
        """Say that a row lacks its key."""
        source = next((each for each in self.sources if each.field == self.key), None)
        if source is None or values_of([source], row).get(self.key) not in (None, ""):
            return None
        return f'"{source.source}" for {self.key} is missing'

    def writes(self, rows: Sequence[Activation]) -> Iterator[Written]:
        """Yield the record of each row."""
        for position, row in enumerate(rows):
            own = {} if self.has_own_key else {self.key: key_of(row, LONGEST_KEY)}
            values = {**values_of(self.sources, row), **self.fixed, **own}
            yield Written(self.table, values, key=self.key, rows=[position])
