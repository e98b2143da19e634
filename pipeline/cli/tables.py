"""Tables for people: plain columns, never cut off.

On a terminal headers and the last column are folded where the width asks for it; elsewhere a row stays one
line, so that grep and cut find what they look for.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Literal

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2  # characters between two columns
LEAST = 20  # characters for the last column, however narrow the terminal


def show(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows below their headers; numbers go to the right."""
    body = [list(row) for row in rows]
    texts = [[cell(value) for value in row] for row in body]
    console = Console(force_terminal=sys.stdout.isatty())
    headers, widths = fitted(headers, texts, console.width if console.is_terminal else None)
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for position, header in enumerate(headers):
        numeric = bool(body) and all(is_number(row[position]) for row in body)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(header, justify=justify, vertical="bottom", width=widths[position], overflow="fold")
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


def cell(value: object) -> str:
    """Write one value: numbers in groups of three, what is not there as a dash."""
    if value is None or value == "":
        return "-"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def is_number(value: object) -> bool:
    """Tell whether a value belongs to a column of numbers."""
    return value is None or isinstance(value, int | float)


def printable(text: str) -> str:
    """Leave out what could command a terminal: some texts come from outside."""
    return "".join(character if character.isprintable() else " " for character in text)
