"""``activation sync AUDIENCE FILE``: a full snapshot, of which the difference to the last one is sent."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, BinaryIO

import click

from pipeline.cli.file_options import lines_of, name_of, profile_of, reading_options, shown_notes
from pipeline.cli.guards import GUARDS, Confirming, are_lifted, read_guards
from pipeline.cli.numbers import NumberRange
from pipeline.cli.reading import records_to_read
from pipeline.cli.stream_report import show_stream, show_unconfirmed
from pipeline.cli.sync_progress import SyncBar, sync_bar
from pipeline.cli.sync_report import SyncText
from pipeline.errors import CallError, Misconfigured
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.produce.lines import FileLine
from pipeline.records.catalog import Catalog
from pipeline.records.shown_names import ShownNames, read_shown_names
from pipeline.runtime.clients import Clients
from pipeline.runtime.source_runner import SourceRunner
from pipeline.runtime.stores import Stores, open_stores
from pipeline.snapshots import source_runs
from pipeline.snapshots.concerns import Concern, Unconfirmed
from pipeline.snapshots.sync import MAX_LEAVING, Outcome, Sync
from pipeline.streams.stream_run import StreamOutcome

STREAM_LIMIT = "max_change of a source that is read on says how many of its people may change in a run"


@click.command(cls=Confirming)
@click.argument("audience", required=False)
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--source", metavar="NAME", help="Run this source now, rather than read a file.")
@click.option("--full", is_flag=True, help="With a source of records: read all of them from the beginning.")
@click.option("--resend", is_flag=True, help="The same, and send everybody again.")
@reading_options
@click.option("--dry-run", is_flag=True, help="Only show numbers, examples and calls.")
@click.option(
    "--confirm",
    multiple=True,
    callback=read_guards,
    metavar="GUARD",
    help=f"Go on although it looks wrong: {', '.join(GUARDS)}. Repeatable; alone, if one of them is all.",
)
@click.option(
    "--max-leaving",
    type=NumberRange(0, 100),
    metavar="PERCENT",
    help=f"How many may leave without --confirm; else {MAX_LEAVING:g}, or what the source says.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.pass_context
def sync(
    context: click.Context,
    /,
    audience: str | None,
    file: BinaryIO | None,
    source: str | None,
    full: bool,
    resend: bool,
    dry_run: bool,
    confirm: tuple[str, ...],
    max_leaving: float | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Send what differs between FILE, all members of AUDIENCE, and what was last sent.

    FILE ("-" is standard input) is JSON Lines or a table with a header, also compressed with gzip or zip. Who
    is new is an ADD, who has changed an UPDATE, who is missing a REMOVE, for each destination. Exits with 0
    when all is done, 1 when some lines were refused, 2 when it looked wrong and nothing was sent.
    """
    given = audience_and_file(audience, file, source)
    if (full or resend) and not source:
        raise click.UsageError("--full and --resend go with --source")
    with open_stores() as stores, shown_notes() as notes, sync_bar(file) as bar:
        report = SyncText(dry_run, ShownNames() if as_json else read_shown_names(stores.engine))
        options: dict[str, Any] = {
            "confirm": lambda findings: are_lifted(confirm, findings) or ask_about_members(bar, findings)
        }
        options |= {"on_error": report.refuse, "progress": bar}
        catalog = (records_to_read(stores) if dry_run and given else stores.records).load()
        if dry_run:
            options["on_part"] = report.on_part(stores.engine, catalog)
        if max_leaving is not None:
            options["max_leaving"] = max_leaving
        lines: Iterable[FileLine] = ()
        if given:
            command = ("activation", "sync", given[0], name_of(given[1]))
            lines = lines_of(given[1], profile_of(reading, stores), notes, command)
        appender = None if dry_run else Appender(stores.redis, stores.doorbell)
        again = {"full": full, "resend": resend} if full or resend else {}
        try:
            outcome = run_sync(
                stores, catalog, appender, given and (given[0], lines), source or "", options, again
            )
        except AppendFailed as error:
            raise Misconfigured(f"{error.why}; the same command goes on from here") from error
        except Unconfirmed as error:
            context.exit(show_unconfirmed(source or "", error.concerns, as_json=as_json))
    if isinstance(outcome, StreamOutcome):
        context.exit(show_stream(outcome, dry_run=dry_run, as_json=as_json))
    report.show(outcome, as_json=as_json)
    context.exit(report.exit_code(outcome))


def audience_and_file(
    audience: str | None, file: BinaryIO | None, source: str | None
) -> tuple[str, BinaryIO] | None:
    """Return the audience and its file, None when a source is meant; raises a usage error when neither is."""
    if source and audience:
        raise click.UsageError("a source names its audience itself: leave AUDIENCE and FILE out")
    if source:
        return None
    if not (audience and file):
        raise click.UsageError("name AUDIENCE and FILE, or a --source")
    return audience, file


def run_sync(
    stores: Stores,
    catalog: Catalog,
    appender: Appender | None,
    given: tuple[str, Iterable[FileLine]] | None,
    source: str,
    options: dict[str, Any],
    again: dict[str, bool],
) -> Outcome | StreamOutcome:
    """Sync the given lines or, without them, the source.

    ``given``: an audience and its lines, None if a source is named. ``options``: of the run, such as
    ``max_leaving``. ``again``: ``full`` and ``resend``, for sources that are streams.
    """
    if given:
        audience, lines = given
        return Sync(stores.engine, catalog, audience, appender, **options).run(lines)
    found = source_runs.find_source(catalog, source)
    if again and not found.is_stream:
        raise click.UsageError("--full and --resend are for sources that are read on from a mark")
    if "max_leaving" in options and found.is_stream:
        raise click.UsageError(f"--max-leaving is for snapshots: {STREAM_LIMIT}")
    with closing(Clients(stores.settings, stores.redis, stores.vault)) as clients:
        window = stores.settings.limit_window
        runner = SourceRunner(stores.redis, stores.records, lambda: stores.events, clients, window)
        try:
            return runner.run(catalog, found, appender, **options, **again)
        except CallError as error:
            raise Misconfigured(f'source "{source}": {error}') from error


def ask_about_members(bar: SyncBar, findings: Sequence[Concern]) -> bool:
    """Ask a person whether existing members are meant; every other concern needs --confirm."""
    if any(finding.kind != "existing" for finding in findings) or not sys.stdin.isatty():
        return False
    bar.end()
    return click.confirm("\n".join(finding.text for finding in findings) + ". Send it?")
