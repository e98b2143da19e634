"""``activation emulator``: local stand-ins to try things on."""

import os
import sys

import click

from pipeline.cli.lazy_group import Group


@click.group(cls=Group)
def emulator() -> None:
    """Run a stand-in for an outside system."""


UNCHANGED = {"ignore_unknown_options": True, "help_option_names": []}  # options go to the emulator


@emulator.command(context_settings=UNCHANGED)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def responsys(options: tuple[str, ...]) -> None:
    """Run a local Responsys; --help shows its options."""
    run_emulator("emulators.responsys", options)


@emulator.command(context_settings=UNCHANGED)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def salesforce(options: tuple[str, ...]) -> None:
    """Run a local Salesforce; --help shows its options."""
    run_emulator("emulators.salesforce", options)


@emulator.command(context_settings=UNCHANGED)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def sftp(options: tuple[str, ...]) -> None:
    """Run a local SFTP server with Responsys' event files; --help shows its options."""
    run_emulator("emulators.sftp", options)


def run_emulator(module: str, options: tuple[str, ...]) -> None:
    """Let an emulator take this process over: signals reach it, and none is left behind."""
    os.execv(sys.executable, [sys.executable, "-m", module, *options])  # noqa: S606
