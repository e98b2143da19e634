"""``activation send AUDIENCE FILE``: activations from JSON Lines or CSV."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline.appender import AppendFailed
from pipeline.chunk import MAX_ENTRIES
from pipeline.cli.context import open_stores
from pipeline.cli.send_errors import JsonErrors, TextErrors
from pipeline.lines import Line
from pipeline.producer import Producer
from pipeline.report import Messages, Report
from pipeline.sources import Format, format_of, read


@click.command()
@click.argument("audience")
@click.argument("file", type=click.File("rb"))
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), help="Else name or content decide.")
@click.option("--bulk", is_flag=True, help="Wait behind real-time activations, as for a backfill.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON, with every error.")
@click.pass_context
def send(
    context: click.Context, audience: str, file: BinaryIO, form: Format | None, bulk: bool, as_json: bool
) -> None:
    """Activate every row of FILE ("-" is standard input): JSON Lines, or CSV with a header.

    CSV columns are profile_id, call_type (ADD where there is none), occurred_at, id, identifiers by name or
    partner number, and variables. Exits with 0 when all rows were accepted, 1 when some were not.
    """
    errors = JsonErrors() if as_json else TextErrors()
    sending = Sending(read(file, form or format_of(str(getattr(file, "name", "")))), errors.add)
    failure = None
    with open_stores() as stores, Producer(stores.broker_url) as producer, bar(file) as advance:
        stores.redis.ping()
        try:
            report = producer.activate_many(
                sending.rows(), audience=audience, bulk=bulk, progress=advance, on_error=sending.refuse
            )
        except AppendFailed as error:
            report, failure = error.report or Report(), sending.explain(error)
    errors.close(report.accepted, report.refused + sending.unread, failure)
    context.exit(1 if failure or report.refused or sending.unread else 0)


@dataclass
class Sending:
    """Rows on their way, with the numbers of their lines."""

    lines: Iterator[Line]
    note: Callable[[int, Messages], None]
    unread: int = 0  # lines that could not be read
    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))

    def rows(self) -> Iterator[Any]:
        """Give the rows of the lines that can be read."""
        for line in self.lines:
            if line.problem is None:
                self._recent.append(line.number)
                yield line.row
            else:
                self.unread += 1
                self.note(line.number, {"_schema": [line.problem]})

    def refuse(self, _: int, messages: Messages) -> None:
        """Note that the row given last was refused."""
        self.note(self._recent.pop(), messages)

    def explain(self, error: AppendFailed) -> str:
        """Say which lines may be missing."""
        count = len(error.activations)
        first = list(self._recent)[-count]
        return (
            f"{error.why}. Every valid line before line {first:,} was accepted; "
            f"for {count:,} from there on that is not known, and none was sent after them"
        )


@contextmanager
def bar(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far a file has been read."""
    console = Console(stderr=True)
    size = os.fstat(file.fileno()).st_size if console.is_terminal and file.seekable() else None
    columns = (TextColumn("{task.fields[rows]:,} rows"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=size, rows=0)
        yield lambda rows: progress.update(task, completed=file.tell() if size else 0, rows=rows)
