"""Reading records of an outside system page by page, as streams want it of a kind of connector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pipeline.model.source_record import SourceRecord

HELD_BACK = 5_000  # ms before an answer's own time, of which records may still be on their way


class Position(NamedTuple):
    """A place in the order of stamps: that of the last record that was read."""

    stamp: int = 0  # ms since the epoch
    id: str = ""

    def back(self, milliseconds: float) -> "Position":
        """Return the place some time before."""
        return Position(max(0, self.stamp - round(milliseconds)))


@dataclass(frozen=True)
class RecordPage:
    """One answer; ``last`` is its last row's place, even if the row was not asked for."""

    records: Sequence[SourceRecord]
    last: Position
    is_last: bool
    now: int  # ms since the epoch, by the clock of the answer

    @property
    def upper(self) -> Position:
        """The place that a mark may not pass."""
        return Position(self.now - HELD_BACK)


class RecordLookup(Protocol):
    """Finds records of one source by their ids."""

    def by_ids(self, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """Return up to 200 records, also those that the source's condition leaves out."""

    def people_of(self, parents: Sequence[str]) -> Mapping[str, Sequence[SourceRecord]]:
        """Return the people of records that have a history, as far as the source means them."""


class RecordReader(RecordLookup, Protocol):
    """Reads the records of one source; errors are those of errors.py."""

    @property
    def org(self) -> str:
        """Id of the org that answered last, "" before any did."""

    def page(self, after: Position) -> RecordPage:
        """Return the next records in the order of stamps and ids."""

    def chosen_by_ids(self, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """Return those of up to 200 records that the source's condition chooses, deleted ones too."""

    def page_by_id(self, after: str) -> RecordPage:
        """Return the next records in the order of ids, without those that were deleted."""
