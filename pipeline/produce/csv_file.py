"""Tables: CSV with a header, in the dialects in which people have them.

The header names the columns: fields of an activation, identifiers (by name or partner number); each
further column is a variable, kept as text. An empty cell is absent. Without a column call_type every row
is an ADD.
"""

import csv
from collections.abc import Iterator
from itertools import chain

from pipeline.errors import Misconfigured
from pipeline.model.file_profile import FileProfile
from pipeline.produce.columns import PROFILE
from pipeline.produce.content import Content
from pipeline.produce.dialect import delimiter, delimiter_of, hinted, mark_name
from pipeline.produce.encoding import UTF_8, encoding_text
from pipeline.produce.header import Header
from pipeline.produce.lines import LONGEST_LINE, FileLine, physical_lines
from pipeline.produce.notes import Notes

LONGEST_ROW = 2 * LONGEST_LINE  # bytes, on however many lines
HEADER_LINES = 100  # on which a header may stand
BLANK = ' \t\r\n\v\f\x1a,;|"'  # a line of nothing else has nothing in it


def read_csv(
    content: Content, profile: FileProfile, notes: Notes, encoding: str = UTF_8
) -> Iterator[FileLine]:
    """Read the rows below the header; raises Misconfigured when the header makes no sense."""
    text = CsvText(content, encoding)
    first = text.header()
    if not first:
        return iter(())
    mark = separator(profile, text.hint, first)
    if mark != "," and not profile.delimiter:
        notes.guess(f"separated by {mark_name(mark)}")
    reader = csv.reader(text, delimiter=mark, strict=True)
    header = Header(
        header_cells(reader, text), profile, notes, mark_name(mark) if profile.delimiter else None
    )
    return rows_below(header, reader, text)


def rows_below(header: Header, reader: Iterator[list[str]], text: "CsvText") -> Iterator[FileLine]:
    """Read row by row; of an empty one, and one that repeats the header, nothing is made."""
    while True:
        start = text.begin()
        try:
            cells, problem = next(reader), None
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = [], f"This is not CSV ({error}); look for a quote that is not closed."
        problem = text.problem or problem or header.problem(cells)
        if problem and text.number > start:
            problem += f" It took up lines {start:,} to {text.number:,}."
        if problem:
            yield FileLine(start, None, problem)
        elif row := header.row(cells, start):
            yield FileLine(start, row)


def separator(profile: FileProfile, hint: str | None, header: list[str]) -> str:
    """Return the separator that is given, or that the header shows; Excel's hint is tried first."""
    if profile.delimiter:
        return delimiter(profile.delimiter)
    wanted = next((name for name, target in profile.columns.items() if target == PROFILE), PROFILE)
    return delimiter_of(header, wanted, hint)


def header_cells(reader: Iterator[list[str]], text: "CsvText") -> list[str]:
    """Return the cells of the header; raises Misconfigured when it cannot be read."""
    try:
        cells, problem = next(reader), text.problem
    except csv.Error as error:
        raise Misconfigured(f"the header cannot be read: {error}") from error
    if problem:
        raise Misconfigured(f"the header cannot be read: {problem}")
    return cells


class CsvText:
    """The lines of a file as text, for ``csv.reader``; remembers their problem."""

    def __init__(self, content: Content, encoding: str) -> None:
        self.number = 0
        self.hint: str | None = None  # the separator that a first line such as "sep=;" names
        self._lines = physical_lines(content)
        self._encoding = encoding
        self._taken = 0  # bytes of this row
        self.problem: str | None = None  # of this row's lines

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw, problem = next(self._lines)
        self.number += 1
        self._taken += len(raw)
        if self._taken > LONGEST_ROW:
            raise csv.Error(f"a row of more than {LONGEST_ROW:,} bytes")
        if problem:
            self.problem = self.problem or problem
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            self.problem = self.problem or self._undecodable(error.start)
            return raw.decode(errors="replace")

    def _undecodable(self, position: int) -> str:
        if self._encoding != UTF_8:
            return f"This is not {encoding_text(self._encoding)}: see line {self.number:,}."
        return f"This is not UTF-8: see byte {position} of line {self.number:,}."

    def begin(self) -> int:
        """Begin a row, and return the number of its first line."""
        self._taken, self.problem = 0, None
        return self.number + 1

    def header(self) -> list[str]:
        """Return the lines of the header, to be read again; [] when there is none."""
        for raw, problem in self._lines:
            line = raw.decode(errors="replace")
            if self.hint is None and hinted(line):
                self.hint = hinted(line)
            elif line.strip(BLANK):
                found = [(raw, problem), *self._rest_of_header(raw)]
                self._lines = chain(found, self._lines)
                return [raw.decode(errors="replace") for raw, _ in found]
            self.number += 1
        return []

    def _rest_of_header(self, raw: bytes) -> Iterator[tuple[bytes, str | None]]:
        """Take further lines as long as a quote is open, but no more than a header may have."""
        quotes = raw.count(b'"')
        for _ in range(HEADER_LINES):
            if quotes % 2 == 0 or not (line := next(self._lines, None)):
                return
            quotes += line[0].count(b'"')
            yield line
