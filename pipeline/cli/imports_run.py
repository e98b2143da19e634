"""``activation imports run NAME``: fetch and land files now, or only list them (``--dry-run``)."""

import json
from contextlib import suppress
from typing import Any

import click

from pipeline.cli.import_progress import import_progress
from pipeline.cli.imports_ledger import HEADERS, NAMES, printable_cell, with_times
from pipeline.cli.tables import printable, show
from pipeline.event_files.import_run import RunOutcome
from pipeline.event_files.ledger_list import files_of
from pipeline.event_files.rehearsal import RehearsedFile
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.runtime.imports import Importer, TroubledRun
from pipeline.runtime.stores import Stores, open_stores
from pipeline.text.plural import counted

SOME_FAILED, TROUBLE = 1, 2


@click.command()
@click.argument("name")
@click.option(
    "--dry-run", is_flag=True, help="Only say which files there are, with rows, columns and problems."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def run(context: click.Context, name: str, *, dry_run: bool, as_json: bool) -> None:
    """Fetch and land now what is new in the folder of the import NAME, and fold it into profiles.

    Waits for a run that is under way. Ends with 1 if some file failed, with 2 if the configuration or the
    connection did.
    """
    with open_stores() as stores, import_progress() as progress:
        importer = Importer(
            stores.settings, stores.redis, stores.records, stores.events, progress, lambda: None
        )
        catalog = stores.records.load()
        if dry_run:
            files = list(importer.rehearse(catalog, name))
            progress.end()
            context.exit(print_rehearsal(files, as_json=as_json))
        outcome = run_now(importer, catalog, name)
        note_alone(stores.engine, person_at_terminal(), "import.run", f"import:{name}")
        progress.end()
        context.exit(print_outcome(stores, name, outcome, as_json=as_json))


def run_now(importer: Importer, catalog: Any, name: str) -> RunOutcome:
    """Run; the outcome of a troubled run has its trouble."""
    try:
        return importer.run(catalog, name)
    except TroubledRun as error:
        return error.outcome


def print_outcome(stores: Stores, name: str, outcome: RunOutcome, *, as_json: bool) -> int:
    """Print the outcome of each file; return the exit code."""
    files = [one for one in files_of(stores.events, name) if one["id"] in outcome.files]
    if as_json:
        click.echo(json.dumps(run_document(files, outcome), indent=2, ensure_ascii=False))
    else:
        if files:
            show(HEADERS, [[printable_cell(one[column]) for column in NAMES] for one in files])
        print_numbers(outcome)
    if outcome.trouble:
        click.echo(f"Error: {printable(str(outcome.trouble))}", err=True)
        return TROUBLE
    return SOME_FAILED if outcome.failed else 0


def run_document(files: list[dict[str, Any]], outcome: RunOutcome) -> dict[str, Any]:
    """Return a run for programs."""
    return {
        "files": [with_times(one) for one in files],
        "waiting": outcome.waiting,
        "left_out": outcome.left_out,
        "remarks": outcome.remarks,
        "error": str(outcome.trouble) if outcome.trouble else None,
    }


def print_numbers(outcome: RunOutcome) -> None:
    """Print the numbers of a run, then files that it left out by reason, then its remarks."""
    parts = [f"{counted(len(outcome.landed), 'file')} landed", f"{len(outcome.failed):,} failed"]
    click.echo(f"{', '.join(parts)}, {outcome.waiting:,} not ready.")
    for reason, amount in outcome.left_out.items():
        click.echo(printable(f"Left out: {counted(amount, 'file')} ({reason})."))
    for remark in outcome.remarks:
        click.echo(printable(remark))


def print_rehearsal(files: list[RehearsedFile], *, as_json: bool) -> int:
    """Print the files that a run would land; return the exit code."""
    if as_json:
        click.echo(json.dumps({"files": [vars(one) for one in files]}, indent=2, ensure_ascii=False))
    elif files:
        show(
            ("PATH", "ROWS", "COLUMNS", "PROBLEMS"),
            [[one.path, one.rows, " ".join(one.columns), "; ".join(one.problems)] for one in files],
        )
    else:
        click.echo("There is no new file.")
    with suppress(BrokenPipeError):
        click.echo("Nothing was stored: this was a dry run.", err=True)
    return SOME_FAILED if any(one.problems for one in files) else 0
