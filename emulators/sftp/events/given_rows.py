"""Rows that an order gives, cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from emulators.sftp.events.layouts import LAYOUTS


@dataclass(frozen=True)
class GivenRows:
    """The rows of one file."""

    feed: str
    cells: Sequence[Mapping[str, str]]  # by column; further columns are empty
    until: datetime
    account: str
    delimiter: str = ","
    line_end: str = "\n"

    def __post_init__(self) -> None:
        """Refuse a feed that there is no layout of, and cells that have no column."""
        if self.feed not in LAYOUTS:
            raise ValueError(f"no such feed: {self.feed}")
        unknown = {column for row in self.cells for column in row} - {*LAYOUTS[self.feed]}
        if unknown:
            raise ValueError(f"{self.feed} has no column {', '.join(sorted(unknown))}")

    @property
    def rows(self) -> int:
        """Their number."""
        return len(self.cells)

    def text(self) -> Iterator[str]:
        """Yield the lines of the file, the header first."""
        columns = LAYOUTS[self.feed]
        yield self.line(columns)
        for row in self.cells:
            yield self.line([row.get(column, "") for column in columns])

    def line(self, cells: Sequence[str]) -> str:
        """Write one line, every cell between double quotes."""
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in cells)
        return self.delimiter.join(quoted) + self.line_end
