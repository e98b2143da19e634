"""A group of commands, each imported when it is run: its help needs none of them."""

import gc
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from pipeline.interrupts import ended_by_interrupt


class LazyCommand(NamedTuple):
    """Where a command is, and the first sentence of its help."""

    place: str  # "module:function"
    summary: str

    def load(self) -> click.Command:
        """Import the command; to look for garbage in it, then or later, takes a fifth of a start.

        A page of records is some thousand objects and no cycles, as a batch is (tasks/app.py).
        """
        module, name = self.place.split(":")
        gc.disable()
        try:
            with ended_by_interrupt():
                command: click.Command = getattr(import_module(module), name)
        finally:
            gc.freeze()
            gc.set_threshold(50_000, 20, 20)
            gc.enable()
        return command


class Group(click.Group):
    """Lists its commands by whole sentences, and knows a misspelt one."""

    def summaries(self, ctx: click.Context) -> Iterable[tuple[str, str]]:
        """Return the name and the first sentence of each command."""
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            yield name, command.get_short_help_str(limit=1_000) if command else ""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, folded where the terminal is narrow, never cut."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries(ctx)))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names; for a misspelt one the error has the likely name."""
        name = args[0]
        names = self.list_commands(ctx)
        if name not in names and not name.startswith("-") and not ctx.resilient_parsing:
            self._refuse_misspelt(ctx, [name])
            ctx.fail(f'there is no command "{name}"; there are: {", ".join(names)}')
        return super().resolve_command(ctx, args)

    def _refuse_misspelt(self, ctx: click.Context, words: Iterable[str]) -> None:
        """Fail with the likely name if one of ``words`` is nearly a command's name."""
        for word in words:
            if likely := get_close_matches(word, self.list_commands(ctx), n=1):
                ctx.fail(f'there is no command "{word}"; did you mean "{likely[0]}"?')

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options of the group; one of a command before its name is answered with the order."""
        try:
            return super().parse_args(ctx, [*args])
        except click.NoSuchOption as error:
            names = self.list_commands(ctx)
            place = next((at for at, word in enumerate(args) if word in names), None)
            if place is None:
                self._refuse_misspelt(ctx, (word for word in args if not word.startswith("-")))
                raise
            order = " ".join([ctx.command_path, args[place], *args[:place], *args[place + 1 :]])
            ctx.fail(f'"{error.option_name}" belongs to a command, and goes after it: {order}')


class LazyGroup(Group):
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

    def summaries(self, ctx: click.Context) -> Iterable[tuple[str, str]]:  # noqa: ARG002  click's
        """Return the table."""
        return ((name, one.summary) for name, one in self.lazy.items())

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin like this, and the options of the group."""
        found = [
            CompletionItem(name, help=one.summary)
            for name, one in self.lazy.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)
