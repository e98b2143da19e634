"""``activation dead-letters``: the group of its commands."""

import click

from pipeline.cli.lazy_group import LazyCommand, LazyGroup

COMMANDS = {
    "drop": LazyCommand(
        "pipeline.cli.dead_letters_decide:drop",
        "Give open dead letters up: those with these IDs, or all that the options choose.",
    ),
    "list": LazyCommand(
        "pipeline.cli.dead_letters_look:list_",
        "Show dead letters, newest first, and how many there are by code and destination.",
    ),
    "replay": LazyCommand(
        "pipeline.cli.dead_letters_decide:replay",
        "Send open dead letters again: those with these IDs, or all that the options choose.",
    ),
    "settle": LazyCommand(
        "pipeline.cli.dead_letters_settle:settle",
        "Look e-mails without an answer up in event files, and settle those that events tell of.",
    ),
    "show": LazyCommand(
        "pipeline.cli.dead_letters_look:show_one",
        "Show one dead letter with all that was to be sent, personal data among it.",
    ),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def dead_letters() -> None:
    """Look at rows that were not delivered, send them again or give them up."""
