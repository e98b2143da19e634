"""Read activations from CSV.

The header names the columns: fields of an activation, identifiers (by name or partner number), and all
others are variables, kept as text. An empty cell is absent. Without a column call_type every row is an ADD.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.produce.lines import LONGEST_LINE, FileLine, physical_lines
from schemas.activation_fields import IDENTIFIERS

FIELDS = ("audience", "profile_id", "call_type", "occurred_at", "id")
SEPARATORS = ",;\t"
LONGEST_ROW = 2 * LONGEST_LINE  # bytes, on however many lines


def read_csv(source: io.BufferedReader) -> Iterator[FileLine]:
    """Read the rows below the header; raises Misconfigured when the header makes no sense."""
    text = CsvText(source)
    first = text.header()
    if not first:
        return
    separator = next((mark for mark in SEPARATORS if mark in first), ",")
    header = Header(next(csv.reader([first], delimiter=separator)))
    reader = csv.reader(text, delimiter=separator, strict=True)
    while True:
        start = text.begin()
        try:
            cells, problem = next(reader), None
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = [], f"This is not CSV ({error}); look for a quote that is not closed."
        problem = text.problem() or problem or (header.problem(cells) if cells else None)
        if problem and text.number > start:
            problem += f" It took up lines {start:,} to {text.number:,}."
        if cells or problem:
            yield FileLine(start, problem=problem) if problem else FileLine(start, header.row(cells))


class CsvText:
    """The lines of a file as text, for ``csv.reader``; remembers what was wrong with them."""

    def __init__(self, source: io.BufferedReader) -> None:
        self.number = 0
        self._lines = physical_lines(source)
        self._taken = 0  # bytes of this row
        self._problem: str | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw, problem = next(self._lines)
        self.number += 1
        self._taken += len(raw)
        if self._taken > LONGEST_ROW:
            raise csv.Error(f"a row of more than {LONGEST_ROW:,} bytes")
        self._problem = self._problem or problem
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            self._problem = (
                self._problem or f"This is not UTF-8: see byte {error.start} of line {self.number:,}."
            )
            return raw.decode(errors="replace")

    def begin(self) -> int:
        """Begin a row, and return the number of its first line."""
        self._taken = 0
        return self.number + 1

    def header(self) -> str:
        """Return the first line that is not blank; "" when there is none."""
        line = ""
        while not line.strip():
            self.begin()
            if not (line := next(self, "")):
                break
        if problem := self.problem():
            raise Misconfigured(f"the header cannot be read: {problem}")
        return line

    def problem(self) -> str | None:
        """Return what was wrong since the last time."""
        problem, self._problem = self._problem, None
        return problem


class Header:
    """The names of the columns, and what each becomes."""

    def __init__(self, names: list[str]) -> None:
        self._names = [name.strip() for name in names]
        if "profile_id" not in self._names:
            raise Misconfigured(
                "the CSV header has no column profile_id; "
                f"is the first line, of {len(self._names)} cells, a header?"
            )
        if "" in self._names:
            raise Misconfigured(f"column {self._names.index('') + 1} of the CSV header has no name")
        twice = sorted({name for name in self._names if self._names.count(name) > 1})
        if twice:
            raise Misconfigured(f"the CSV header has columns more than once: {', '.join(twice)}")
        # 0 for a field of the activation, 1 for an identifier, 2 for a variable
        self._places = [0 if name in FIELDS else 1 if name in IDENTIFIERS else 2 for name in self._names]
        self._defaults = {} if "call_type" in self._names else {"call_type": "ADD"}

    def problem(self, cells: list[str]) -> str | None:
        """Say what is wrong with the number of cells."""
        if len(cells) == len(self._names):
            return None
        return f"The header has {len(self._names)} columns, and this row {len(cells)}."

    def row(self, cells: list[str]) -> dict[str, Any]:
        """Turn cells into what an activation is made from."""
        identifiers: dict[str, str] = {}
        variables: dict[str, str] = {}
        row: dict[str, Any] = {**self._defaults, "identifiers": identifiers, "variables": variables}
        parts = (row, identifiers, variables)
        for place, name, cell in zip(self._places, self._names, cells, strict=True):
            if cell:
                parts[place][name] = cell
        return row
