"""A group of commands, each imported when it is run: its help needs none of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click


class LazyCommand(NamedTuple):
    """Where a command is, and the first sentence of its help."""

    place: str  # "module:function"
    summary: str

    def load(self) -> click.Command:
        """Import the command."""
        module, name = self.place.split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def shortened(self, width: int) -> str:
        """Return the summary as click shortens that of any command."""
        return click.Command(None, help=self.summary).get_short_help_str(width)


class LazyGroup(click.Group):
    """Lists its commands by their summaries, and imports none of them for that."""

    def __init__(self, *args: Any, lazy: Mapping[str, LazyCommand], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's
        """Return the names in the order of the table."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's
        """Import a command; None: there is none of that name."""
        return self.lazy[cmd_name].load() if cmd_name in self.lazy else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's
        """Write the list of commands as click does, a line each."""
        width = formatter.width - 6 - max(map(len, self.lazy))
        rows = [(name, one.shortened(width)) for name, one in self.lazy.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
