"""Straight parts: every line is a record, its cells all quoted or none, and no space is at the edge of one.

Responsys writes such parts. DuckDB's own reader takes half the time for them, but it is lenient: it skips
spaces after a closing quote, for example. So the sizes of the cells are read as well, and must add up to the
bytes of the file; if they do not, the part is read line by line (cells.py).
"""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.event_files.file_parts import FilePart
from pipeline.event_files.row_cells import RowCells
from pipeline.event_files.scratch import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BLOCK = 1 << 20  # bytes
RARE = (b"\f", b"\v")  # white space
EDGES = (b'" ', b' "')  # one of them is there if a quoted cell has a space at its edge
BETWEEN = (b'" "', b'"  ')  # spaces between quotes, which make one cell of two
READER = "header=false, auto_detect=false, quote='\"', escape='\"', strict_mode=true, nullstr=''"
MEASURES = """
    SELECT count(*), coalesce(sum(letters), 0), coalesce(sum(quotes), 0), coalesce(bool_or(spaced), false)
    FROM part_rows
"""


@dataclass
class PartShape:
    """The numbers of bytes in a part, its header left out."""

    size: int = 0
    lines: int = 0
    quotes: int = 0
    returns: int = 0
    tabs: int = 0
    is_odd: bool = False
    has_edges: bool = False

    def add(self, piece: bytes) -> None:
        """Count; to look for a byte that is not there is ten times as fast."""
        self.size += len(piece)
        self.lines += piece.count(b"\n")
        self.quotes += piece.count(b'"')
        self.returns += piece.count(b"\r") if b"\r" in piece else 0
        self.tabs += piece.count(b"\t") if b"\t" in piece else 0
        edges = [edge for edge in EDGES if edge in piece]
        self.has_edges |= bool(edges)
        self.is_odd |= any(odd in piece for odd in (*RARE, *(BETWEEN if edges else ())))

    @property
    def may_be_spaced(self) -> bool:
        """Whether a cell may have a space at its edge; of unquoted cells the bytes do not tell."""
        return self.has_edges or not self.quotes

    def can_be_straight(self, delimiter: str, width: int) -> bool:
        """Tell by the bytes alone whether reading straight is worth a try."""
        tabs = self.lines * (width - 1) if delimiter == "\t" else 0
        if self.is_odd or width < 2 or self.tabs != tabs or self.returns not in (0, self.lines):
            return False
        return self.quotes == 0 or self.quotes >= 2 * width * self.lines

    def fits(self, width: int, rows: int, letters: int, quotes: int) -> bool:
        """Tell whether cells of so many bytes, and quotes in them, are all that the part has."""
        around = 2 * width * rows + quotes if self.quotes else 0
        ends = width * rows + self.returns
        return rows == self.lines and self.quotes == around + quotes and self.size == letters + around + ends


def shape_of(path: Path, skip: int) -> PartShape:
    """Read a part without its first ``skip`` lines; a line end is supplied to the last line."""
    shape, piece = PartShape(), b""
    with path.open("rb") as file:
        for _ in islice(file, skip):
            pass
        while block := file.read(BLOCK):
            shape.add(piece := block + file.readline())
    if piece and not piece.endswith(b"\n"):
        shape.add(b"\r\n" if shape.returns else b"\n")
    return shape


def read_straight(part: FilePart, delimiter: str, width: int, skip: int, *, may_be_spaced: bool) -> RowCells:
    """Return the cells of a part; ``skip``: lines of the whole file that are its header."""
    names = [f"c{place}" for place in range(1, width + 1)]
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    source = (
        f"read_csv({literal(str(part.path))}, columns={{{columns}}}, delim={literal(delimiter)}, "
        f"skip={max(0, skip - part.lines_before)}, {READER})"
    )
    spaced = " OR ".join(f"({name} < '!' AND {name} <> '') OR ends_with({name}, ' ')" for name in names)
    rows = (
        f"SELECT row_number() OVER () + {max(skip, part.lines_before)} AS rn, *, "
        f"concat({', '.join(names)}) AS cells FROM {source}"
    )
    quotes = "strlen(cells) - strlen(replace(cells, '\"', ''))"
    measures = {
        "letters": "strlen(cells)",
        "quotes": f"CASE WHEN contains(cells, '\"') THEN {quotes} ELSE 0 END",
        "spaced": spaced if may_be_spaced else "false",
    }
    return RowCells(rows, "c{place}", "true", measures)


def is_straight(scratch: "DuckDBPyConnection", shape: PartShape, width: int) -> bool:
    """Tell whether the rows of ``part_rows`` are those of the part."""
    rows, letters, quotes, spaced = scratch.execute(MEASURES).fetchall()[0]
    return not spaced and shape.fits(width, rows, int(letters), int(quotes))
