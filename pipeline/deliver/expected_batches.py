"""Expected batches: the rows of one shape in the batches that they would go in.

A batch holds each profile or recipient once, and their rows go in order: a row goes into the first
batch that has room and comes after those with its profile or its recipient. The first is cut when it is full.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model.activation import Activation


class ExpectedRow(NamedTuple):
    """A row, and the names that its batch holds once: its profile, its recipient, or both."""

    profile: str
    names: tuple[str, ...]
    activation: Activation | None  # None: it is only counted


Batch = dict[str, ExpectedRow]  # by the keys of the rows


class ExpectedBatches:
    """The batches of one shape that are not cut yet."""

    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self.added = 0  # rows, in all
        self.may_be_more = False  # batches: rows with one name may come when no others are left to go with
        self._batches: list[Batch] = []
        self._last: dict[str, int] = {}  # name to the number of the last batch with it
        self._cut = 0  # batches that were cut

    def add(self, key: str, row: ExpectedRow) -> Batch | None:
        """Add a row; return the batch that was cut, if one is full."""
        self.added += 1
        after = max((self._last.get(name, -1) for name in row.names), default=-1)
        index = max(after + 1 - self._cut, 0)
        self.may_be_more |= index > 0
        while index < len(self._batches) and len(self._batches[index]) >= self._most_rows:
            index += 1
        if index == len(self._batches):
            self._batches.append({})
        self._batches[index][key] = row
        self._last.update(dict.fromkeys(row.names, self._cut + index))
        return self._take_first() if len(self._batches[0]) >= self._most_rows else None

    def take_out(self, key: str) -> ExpectedRow:
        """Take out a row that a newer one overlays."""
        number, batch = next(pair for pair in enumerate(self._batches, self._cut) if key in pair[1])
        row = batch.pop(key)
        self._forget(row, number)
        return row

    def cut_all(self) -> Iterator[Batch]:
        """Cut all batches, in order."""
        while self._batches:
            yield self._take_first()

    def _take_first(self) -> Batch:
        batch = self._batches.pop(0)
        for row in batch.values():
            self._forget(row, self._cut)
        self._cut += 1
        return batch

    def _forget(self, row: ExpectedRow, number: int) -> None:
        for name in row.names:
            if self._last.get(name) == number:
                del self._last[name]
