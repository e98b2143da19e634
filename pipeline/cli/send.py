"""``activation send AUDIENCE FILE``: activations from JSON Lines or a table."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, BinaryIO

import click

from pipeline.cli.file_options import lines_of, name_of, profile_of, reading_options, shown_notes
from pipeline.cli.numbers import NumberRange
from pipeline.cli.send_errors import JsonErrors, TextErrors
from pipeline.cli.sending import FileRows
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
    type=NumberRange(min=0),
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
    with open_stores() as stores, shown_notes() as notes, progress_bar(file) as advance:
        command = ("activation", "send", audience, name_of(file))
        lines = lines_of(file, profile_of(reading, stores), notes, command)
        sending = FileRows(lines, errors.add)
        if dry_run:
            from pipeline.cli.rehearsal import rehearsed  # with it half of the program

            report, expected = rehearsed(sending, stores, audience, advance, notes)
        else:
            report, failure = append_rows(sending, stores, audience, advance, bulk=bulk, patience=wait)
    failure = failure or sending.broken
    report.refused += sending.unread
    errors.close(report, failure, expected)
    spoilt = report.refused or any(each.invalid for each in expected or ())
    context.exit(1 if failure or spoilt else 0)


def append_rows(
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


def progress_bar(file: BinaryIO) -> AbstractContextManager[Callable[[int], None]]:
    """Show on a terminal how far a file has been read."""
    if not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    from pipeline.cli.file_progress import file_bar  # rich takes a tenth of a start

    return file_bar(file)
