"""``activation imports``: files of events, their ledger and their quarantine."""

import click

from pipeline.cli.lazy_group import LazyCommand, LazyGroup

COMMANDS = {
    "list": LazyCommand(
        "pipeline.cli.imports_list:list_",
        "Show each import: state, last success, waiting files, events of a day, and its last error.",
    ),
    "run": LazyCommand(
        "pipeline.cli.imports_run:run", "Fetch and land now what is new in the folder of the import NAME."
    ),
    "files": LazyCommand(
        "pipeline.cli.imports_ledger:files", "Show the files of an import, and their states."
    ),
    "lines": LazyCommand(
        "pipeline.cli.imports_ledger:lines", "Show the lines of FILE that count nothing, and why."
    ),
    "retry": LazyCommand("pipeline.cli.imports_decide:retry", "Let the next run fetch FILE again."),
    "ignore": LazyCommand("pipeline.cli.imports_decide:ignore", "Let no run fetch FILE."),
    "rebuild": LazyCommand(
        "pipeline.cli.imports_rebuild:rebuild", "Build all profiles anew from the events that are kept."
    ),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def imports() -> None:
    """Files of events that Responsys wrote: fetched, counted once, kept."""
