"""Dialect: the separator of a table, told by its header.

A header has a column that is or becomes the profile_id, so the separator is the one that shows it. That is
surer than counting marks, as ``csv.Sniffer`` and clevercsv do, which take a comma within a cell for one.
"""

import csv
import re
from collections.abc import Iterable, Sequence

from pipeline.errors import Misconfigured
from pipeline.produce.columns import cleaned, matching

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "bar": "|"}
HINT = re.compile(r'"?sep=([^"\r\n])"?,*\s*', re.IGNORECASE)  # Excel's own first line


def delimiter_of(header: Sequence[str], wanted: str, hint: str | None = None) -> str:
    """Return the separator that splits the header's lines into columns with ``wanted`` among them.

    If none does, the ``hint`` or, without one, the separator that gives the most columns.
    """
    marks = dict.fromkeys([hint, *DELIMITERS] if hint else DELIMITERS)
    tables = {mark: header_cells(header, mark) for mark in marks}
    for mark, names in tables.items():
        if matching(wanted, names):
            return mark
    return hint or max(tables, key=lambda mark: len(tables[mark]))


def header_cells(header: Iterable[str], delimiter: str) -> list[str]:
    """Return the names in a header."""
    try:
        return [cleaned(cell) for cell in next(csv.reader(header, delimiter=delimiter), [])]
    except csv.Error:
        return []


def hinted(line: str) -> str | None:
    """Return the separator that a line such as "sep=;" names; None when it is no such line."""
    found = HINT.fullmatch(line)
    return found[1] if found else None


def delimiter(text: str) -> str:
    """Read a separator as a person gives it; raises Misconfigured."""
    mark = WORDS.get(text.lower(), text)
    if len(mark) != 1 or mark in '"\r\n\0':
        raise Misconfigured(f'"{text}" is not a separator: give one character, or "tab"')
    return mark


def mark_name(mark: str) -> str:
    """Name a separator to a person."""
    return DELIMITERS.get(mark, f'"{mark}"')
