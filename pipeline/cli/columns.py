"""Columns of text: how wide they are, and a table of them in which nothing is folded."""

from collections.abc import Iterator, Sequence

import click

GAP = 2  # characters between two columns


def table_lines(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> Iterator[str]:
    """Give the headers, then each row, without blanks at the end; ``numeric`` columns go to the right."""
    widths = widths_of(headers, rows)
    for number, row in enumerate([headers, *rows]):
        cells = zip(row, widths, numeric, strict=True)
        line = (" " * GAP).join(padded(text, width, right) for text, width, right in cells).rstrip()
        yield line if number else click.style(line, bold=True)


def padded(text: str, width: int, right: bool) -> str:
    """Fill a cell up to the width of its column."""
    blanks = " " * (width - cells_of(text))
    return blanks + text if right else text + blanks


def widths_of(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column is when nothing is folded."""
    columns = zip(headers, *rows, strict=True)
    return [max(cells_of(line) for text in column for line in text.split("\n")) for column in columns]


def total_width(widths: Sequence[int]) -> int:
    """Return how wide a line of such columns is."""
    return sum(widths) + GAP * (len(widths) - 1)


def cells_of(text: str) -> int:
    """Return the cells of a terminal that a text takes; some characters take two, or none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
