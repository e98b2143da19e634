"""``activation imports``: files of events, their ledger and their quarantine."""

import click

from pipeline.cli.lazy_group import LazyCommand, LazyGroup

COMMANDS = {
    "files": LazyCommand(
        "pipeline.cli.imports_ledger:files", "Show the files of an import, and their states."
    ),
    "lines": LazyCommand(
        "pipeline.cli.imports_ledger:lines", "Show the lines of FILE that count nothing, and why."
    ),
    "rebuild": LazyCommand(
        "pipeline.cli.imports_rebuild:rebuild", "Build all profiles anew from the events that are kept."
    ),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def imports() -> None:
    """Files of events that Responsys wrote: fetched, counted once, kept."""
