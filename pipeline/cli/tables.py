"""Tables for people: plain columns, never cut off.

On a terminal headers and the last column are folded where the width asks for it; elsewhere a row stays one
line, for grep and cut.
"""

import sys
from collections.abc import Iterable, Sequence
from shutil import get_terminal_size

import click

from pipeline.cli.columns import table_lines, total_width, widths_of
from pipeline.text.escapes import printable as printable  # commands have it from here, too


def show(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows below their headers; numbers go to the right."""
    body = [list(row) for row in rows]
    numeric = [bool(body) and all(map(is_number, column)) for column in columns_of(body, len(headers))]
    texts = [[cell(value) for value in row] for row in body]
    if sys.stdout.isatty() and total_width(widths_of(headers, texts)) > get_terminal_size().columns:
        from pipeline.cli.drawing import draw

        draw(headers, texts, numeric)
    else:
        click.echo("\n".join(table_lines(headers, texts, numeric)))


def columns_of(rows: Sequence[Sequence[object]], count: int) -> list[list[object]]:
    """Turn rows of ``count`` values each into columns."""
    return [[row[position] for row in rows] for position in range(count)]


def cell(value: object) -> str:
    """Write one value: numbers in groups of three, an absent one as a dash."""
    if value is None or value == "":
        return "-"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def is_number(value: object) -> bool:
    """Tell whether a value belongs to a column of numbers."""
    return value is None or isinstance(value, int | float)
