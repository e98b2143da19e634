"""The cells of records in SQL, however they were read, and the cleaning that they need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True)
class RowCells:
    """Records: SQL of ``rn``, the physical line at which each begins, and of its cells."""

    rows: str
    form: str  # SQL of a cell of ``rows``, with its {place} from 1
    whole: str  # SQL that is true for a record with as many cells as the header
    measures: Mapping[str, str] = field(default_factory=dict)  # further columns: SQL by name

    def cell(self, place: int) -> str:
        """Return the SQL of a cell."""
        return self.form.format(place=place)


class Cleaning(NamedTuple):
    """The clean-ups that values need before use; a file that needs none is read faster."""

    trim: bool  # white space around them
    nulls: bool  # the word "null", which is an absent value


ALL = Cleaning(trim=True, nulls=True)
PLAIN = Cleaning(trim=False, nulls=True)
