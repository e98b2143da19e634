"""Tables that are folded, drawn with rich, which takes a twentieth of a second to import."""

from collections.abc import Sequence
from typing import Literal

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli.columns import GAP, total_width, widths_of

LEAST = 20  # characters for the last column, however narrow the terminal


def draw(headers: Sequence[str], texts: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    """Print rows below their headers on a terminal; ``numeric`` columns go to the right."""
    console = Console(force_terminal=True)
    headers, widths = fitted_columns(headers, texts, console.width)
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for header, width, right in zip(headers, widths, numeric, strict=True):
        justify: Literal["left", "right"] = "right" if right else "left"
        table.add_column(header, justify=justify, vertical="bottom", width=width, overflow="fold")
    for row in texts:
        table.add_row(*map(Text, row))
    print_table(table, console, total_width(widths) + GAP)


def fitted_columns(
    headers: Sequence[str], rows: Sequence[Sequence[str]], room: int
) -> tuple[Sequence[str], list[int]]:
    """Return headers and the widths of their columns, folded if there is not ``room`` for all."""
    widths = widths_of(headers, rows)
    if total_width(widths) <= room:
        return headers, widths
    headers = [header.replace(" ", "\n") for header in headers]
    widths = widths_of(headers, rows)
    widths[-1] = min(widths[-1], max(LEAST, room - total_width(widths[:-1]) - GAP))
    return headers, widths


def print_table(table: Table, console: Console, width: int) -> None:
    """Print a table without the blanks at the ends of its lines."""
    console.width = width
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
