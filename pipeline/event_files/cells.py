"""Cells: the lines of a part, split at delimiters.

DuckDB splits lines without quotes, and lines in which every cell is quoted. In the latter, a quote that
remains without each "," between cells and without doubled quotes shows that the cells were split wrongly.
Responsys writes few such lines: Python's csv module reads these, one after the other. A quote may enclose
line ends; a quote that is never closed spoils its own line alone.
"""

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.event_files.file_parts import MOST_LINES, FilePart
from pipeline.event_files.row_cells import Cleaning, RowCells
from pipeline.event_files.scratch import literal
from pipeline.event_files.text_file import MARK

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READER = (
    "header=false, auto_detect=false, delim='\x01', quote='', escape='', strict_mode=false, "
    f"max_line_size={8 << 20}"
)


def read_lines(scratch: "DuckDBPyConnection", part: FilePart, skip: int) -> None:
    """Fill table ``part_lines``: ``rn``, the number of the physical line in the whole file, and ``line``.

    ``skip``: lines of the whole file that are its header. Blank lines are there, as NULL.
    """
    source = f"read_csv({literal(str(part.path))}, columns={{'line': 'VARCHAR'}}, {READER})"
    scratch.execute(
        f"CREATE OR REPLACE TEMP TABLE part_lines AS SELECT * FROM "
        f"(SELECT row_number() OVER () + {part.lines_before} AS rn, line FROM {source}) WHERE rn > {skip}"
    )


def list_cells(rows: str, width: int) -> RowCells:
    """Return the cells in ``p`` of ``rows``, a list or NULL."""
    return RowCells(rows, "p[{place}]", f"coalesce(len(p) = {width}, false)")


def split_cells(delimiter: str, width: int) -> RowCells:
    """Return the cells of ``part_lines``, which are none where SQL cannot split a line."""
    cell = f'("[^"{delimiter}]*"|[^"{delimiter}]*)'
    between = literal(f'"{delimiter}"')
    marked = f"replace(replace(line[2:-2], {between}, '\x01'), '\"\"', '\x02')"
    rows = f"""
        SELECT rn, CASE
            WHEN starts_with(line, {literal(MARK)}) THEN NULL
            WHEN NOT contains(line, '"') THEN string_split(line, {literal(delimiter)})
            WHEN starts_with(line, '"') AND ends_with(line, '"')
                AND strlen(line) - strlen(replace(line, '"', '')) = {2 * width}
                THEN string_split(line[2:-2], {between})
            WHEN starts_with(line, '"') AND ends_with(line, '"') AND NOT contains({marked}, '"')
                THEN string_split(replace({marked}, '\x02', '"'), '\x01')
            WHEN regexp_full_match(line, {literal(f"{cell}([{delimiter}]{cell})*")})
                THEN string_split(replace(line, '"', ''), {literal(delimiter)})
        END AS p
        FROM part_lines WHERE line IS NOT NULL"""
    return list_cells(rows, width)


def cleaning_of(scratch: "DuckDBPyConnection", delimiter: str) -> Cleaning:
    """Return the needs of the values in ``part_lines``."""
    edges = ("\t", '" ', ' "', f" {delimiter}", f"{delimiter} ")
    quoted = " OR ".join(f"contains(line, {literal(edge)})" for edge in edges[:3])
    plain = " OR ".join(f"contains(line, {literal(edge)})" for edge in (edges[0], *edges[3:]))
    found = scratch.execute(
        f"""SELECT bool_or(starts_with(line, ' ') OR ends_with(line, ' ') OR
            CASE WHEN starts_with(line, '"') THEN {quoted} ELSE {plain} END), bool_or(contains(line, 'null'))
        FROM part_lines"""
    )
    return Cleaning(*map(bool, found.fetchall()[0]))


class OddRecords:
    """Records that DuckDB did not split: cells by the number of their first line, and lines that they use."""

    def __init__(self, scratch: "DuckDBPyConnection", delimiter: str, width: int) -> None:
        self._scratch = scratch
        self._delimiter = delimiter
        self._width = width
        self.cells: dict[int, list[str]] = {}
        self.used: list[int] = []  # further lines of records over several ones

    def read(self, lines: Sequence[tuple[int, str]]) -> None:
        """Read lines with quotes that have the wrong number of cells, or of which that is not known."""
        after = 0
        for number, line in lines:
            if number > after:
                after = number + self._read_from(number, line)

    def _read_from(self, number: int, line: str) -> int:
        """Read one record; return how many lines beyond its first one it has."""
        for further, cells in self._attempts(number, line):
            if cells is not None and len(cells) == self._width:
                self.cells[number] = cells
                self.used.extend(range(number + 1, number + 1 + further))
                return further
        return 0

    def _attempts(self, number: int, line: str) -> Iterator[tuple[int, list[str] | None]]:
        """Give the record with no, one, two, … further lines, as long as a quote is open."""
        text = line
        following: Iterator[str] = iter(())
        for further in range(MOST_LINES):
            try:
                yield further, self._cells(text)
                return
            except Unclosed:
                if not further:
                    following = iter(self._following(number))
                if (next_line := next(following, None)) is None:
                    return
                text = f"{text}\n{next_line}"

    def _cells(self, text: str) -> list[str] | None:
        """Split one record; None: it breaks the rules of quoting."""
        *lines, last = text.split("\n")
        reader = csv.reader(
            [*(f"{line}\n" for line in lines), last],
            delimiter=self._delimiter,
            skipinitialspace=True,
            strict=True,
        )
        try:
            return next(reader)
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise Unclosed from error
            return None

    def _following(self, number: int) -> list[str]:
        found = self._scratch.execute(
            "SELECT coalesce(line, '') FROM part_lines WHERE rn > ? ORDER BY rn LIMIT ?", [number, MOST_LINES]
        )
        return [line for (line,) in found.fetchall()]


class Unclosed(Exception):
    """A quote is open at the end of the text."""
