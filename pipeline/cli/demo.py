"""``activation demo``: the whole pipeline at work, and an account of every row."""

import signal
import sys
from typing import NoReturn

import click
from rich.console import Console

from pipeline.demo.processes import DemoFailed
from pipeline.demo.show import Show
from pipeline.demo.story import tell

TERMINATED = 128 + signal.SIGTERM
AGAIN = 1.0  # seconds


@click.command()
@click.option("--keep", is_flag=True, help="Keep everything running in the end, until Ctrl-C.")
def demo(keep: bool) -> None:
    """Show the pipeline at work on a sample audience: real processes, against a Responsys emulator.

    It needs no configuration, touches nothing of yours and leaves nothing behind. Exits with 1 when the books
    do not balance.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_demo)
    try:
        tell(Show(Console(highlight=False)), keep=keep)
    except DemoFailed as error:
        raise click.ClickException(str(error)) from error


def end_demo(number: int, _frame: object) -> NoReturn:
    """End, and clean up on the way out; again after a second, for a library may swallow the exception."""
    signal.signal(signal.SIGALRM, lambda _number, frame: end_demo(number, frame))
    signal.setitimer(signal.ITIMER_REAL, AGAIN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(TERMINATED)
