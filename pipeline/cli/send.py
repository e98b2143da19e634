"""``activation send AUDIENCE FILE``: activations from JSON Lines or a table."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline.cli.earlier_ids import EarlierIds
from pipeline.cli.file_options import lines_of, name_of, profile_of, reading_options, told
from pipeline.cli.reading import records_to_read
from pipeline.cli.send_errors import JsonErrors, TextErrors
from pipeline.cli.sending import FileRows, rehearse
from pipeline.produce.appender import AppendFailed
from pipeline.produce.producer import Producer
from pipeline.produce.report import Report
from pipeline.runtime.stores import Stores, open_stores


@click.command()
@click.argument("audience")
@click.argument("file", type=click.File("rb"))
@reading_options
@click.option("--bulk", is_flag=True, help="Wait behind real-time activations, as for a backfill.")
@click.option("--dry-run", is_flag=True, help="Only show the calls that would go out, without values.")
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=600,
    show_default=True,
    help="Wait so long, each time, for a Redis that is full or away.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON, with every error.")
@click.pass_context
def send(
    context: click.Context,
    /,
    audience: str,
    file: BinaryIO,
    bulk: bool,
    dry_run: bool,
    wait: float,
    as_json: bool,
    **reading: Any,
) -> None:
    """Activate every row of FILE ("-" is standard input): JSON Lines, or a table with a header.

    A table may be CSV of any kind, also compressed with gzip or zip. Its columns are profile_id, call_type
    (ADD where there is none), occurred_at, identifiers by name or partner number, and variables. Exits with 0
    when all rows were accepted, 1 when some were not; a dry run says what would be.
    """
    errors = JsonErrors() if as_json else TextErrors()
    failure, expected = None, None
    with open_stores() as stores, told() as notes, bar(file) as advance:
        command = ("activation", "send", audience, name_of(file))
        lines = lines_of(file, profile_of(reading, stores), notes, command)
        sending = FileRows(lines, errors.add)
        if dry_run:
            earlier = EarlierIds(stores)
            catalog = records_to_read(stores).load()
            report, expected = rehearse(sending, catalog, audience, advance, earlier.know)
            notes.not_looked_up(earlier.trouble)
        else:
            report, failure = append(sending, stores, audience, advance, bulk=bulk, patience=wait)
    failure = failure or sending.broken
    report.refused += sending.unread
    errors.close(report, failure, expected)
    spoilt = report.refused or any(each.invalid for each in expected or ())
    context.exit(1 if failure or spoilt else 0)


def append(
    sending: FileRows,
    stores: Stores,
    audience: str,
    advance: Callable[[int], None],
    *,
    bulk: bool,
    patience: float,
) -> tuple[Report, str | None]:
    """Append all rows; return the report, and the reason why it broke off."""
    stores.refuse_known_stranger()
    with Producer(stores.broker_url, patience=patience) as producer:
        try:
            report = producer.activate_many(
                sending.rows(), audience=audience, bulk=bulk, progress=advance, on_error=sending.refuse
            )
        except AppendFailed as error:
            return error.report or Report(), sending.explain(error)
    return report, None


@contextmanager
def bar(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far a file has been read."""
    console = Console(stderr=True)
    size = os.fstat(file.fileno()).st_size if console.is_terminal and file.seekable() else None
    columns = (TextColumn("{task.fields[rows]:,} rows"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=size, rows=0)
        yield lambda rows: progress.update(task, completed=file.tell() if size else 0, rows=rows)
