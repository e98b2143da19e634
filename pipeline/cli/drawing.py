"""Tables drawn with rich, which takes a twentieth of a second to import."""

import sys
from collections.abc import Sequence
from typing import Literal

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2  # characters between two columns
LEAST = 20  # characters for the last column, however narrow the terminal


def draw(headers: Sequence[str], texts: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    """Print rows below their headers; ``numeric`` columns go to the right."""
    console = Console(force_terminal=sys.stdout.isatty())
    headers, widths = fitted(headers, texts, console.width if console.is_terminal else None)
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for header, width, right in zip(headers, widths, numeric, strict=True):
        justify: Literal["left", "right"] = "right" if right else "left"
        table.add_column(header, justify=justify, vertical="bottom", width=width, overflow="fold")
    for row in texts:
        table.add_row(*map(Text, row))
    say(table, console, total(widths) + GAP)


def fitted(
    headers: Sequence[str], rows: Sequence[Sequence[str]], room: int | None
) -> tuple[Sequence[str], list[int]]:
    """Return headers and the widths of their columns, folded if there is not ``room`` for all."""
    widths = widths_of(headers, rows)
    if room is None or total(widths) <= room:
        return headers, widths
    headers = [header.replace(" ", "\n") for header in headers]
    widths = widths_of(headers, rows)
    widths[-1] = min(widths[-1], max(LEAST, room - total(widths[:-1]) - GAP))
    return headers, widths


def say(table: Table, console: Console, width: int) -> None:
    """Print a table without the blanks at the ends of its lines."""
    console.width = width
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def widths_of(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column is when nothing is folded."""
    columns = zip(headers, *rows, strict=True)
    return [max(cell_len(line) for text in column for line in text.split("\n")) for column in columns]


def total(widths: Sequence[int]) -> int:
    """Return how wide a line of such columns is."""
    return sum(widths) + GAP * (len(widths) - 1)
