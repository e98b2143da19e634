"""``activation emulator responsys``: a local stand-in to try things on."""

import os
import sys

import click

from pipeline.cli.lazy_group import Group


@click.group(cls=Group)
def emulator() -> None:
    """Run a stand-in for an outside system."""


@emulator.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def responsys(options: tuple[str, ...]) -> None:
    """Run a local Responsys; --help shows its options."""
    # The emulator takes this process over: signals reach it, and none is left behind.
    os.execv(sys.executable, [sys.executable, "-m", "emulators.responsys", *options])  # noqa: S606
