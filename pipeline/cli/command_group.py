"""The group of all commands: how it reads its words, and how it ends."""

import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO, cast

import click

from pipeline.cli.lazy_group import LazyGroup
from pipeline.cli.output import Output, OutputFull, escape_unwritable, give_up_output, open_closed
from pipeline.errors import PipelineError
from pipeline.interrupts import INTERRUPTED, comes_of_interrupt
from pipeline.text.escapes import without_controls


class UsageProblem(click.ClickException):
    """An error that a person must put right, printed without a traceback."""

    exit_code = 2


class Commands(LazyGroup):
    """The commands of this program, which end as it promises."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        """Run, and end the process; a standard output that is closed or full makes no traceback."""
        if not options.get("standalone_mode", True):
            return super().main(args, *more, **options)
        open_closed()
        escape_unwritable()
        kept, sys.stdout = sys.stdout, cast(TextIO, Output(sys.stdout))
        try:
            try:
                return super().main(args, *more, **options)
            finally:
                sys.stdout.flush()
        except OutputFull as error:
            give_up_output()
            click.echo(f"Error: {error}", err=True)
            sys.exit(UsageProblem.exit_code)
        finally:
            sys.stdout = kept

    def _main_shell_completion(self, *words: Any, **options: Any) -> None:
        """Complete a word for a shell; variables that no shell sets so are refused."""
        try:
            super()._main_shell_completion(*words, **options)
        except (KeyError, ValueError):
            problem = "COMP_WORDS or COMP_CWORD is not as a shell sets it while it completes a word"
        except SystemExit as end:
            if end.code != 1:
                raise
            problem = "its value has no meaning"
        else:
            return
        click.echo(f"Error: _ACTIVATION_COMPLETE is set, and {problem}: unset it", err=True)
        sys.exit(UsageProblem.exit_code)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the words; bytes that are no text may only name a file."""
        for word in args:
            if not is_text(word) and not any(os.path.exists(name) for name in (word, word.partition("=")[2])):
                raise UsageProblem(f'"{click.format_filename(word)}" is no text in UTF-8')
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command: 2 when a person must change something, 130 after Ctrl-C."""
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            # Names from files and arguments may hold control characters, which a terminal obeys.
            raise UsageProblem(without_controls(str(error))) from error
        except BaseException as error:
            if comes_of_interrupt(error):
                ctx.exit(INTERRUPTED)
            raise


def is_text(word: str) -> bool:
    """Tell whether a word of the command line was UTF-8."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
