"""Commands that end in every way a command can."""

import signal
import time

import click

from pipeline.errors import Misconfigured


@click.command()
def misconfigured() -> None:
    raise Misconfigured("acme: the password is wrong\nother: the list is missing")


@click.command()
def interrupted() -> None:
    raise KeyboardInterrupt


@click.command()
def talkative() -> None:
    for _ in range(100_000):
        click.echo("a line")


@click.command()
def finalized() -> None:
    """Be interrupted within a finalizer."""

    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    Finalized()
    time.sleep(60)


@click.command()
def converted() -> None:
    """Be interrupted where Python raises another error instead."""

    class Named:
        def __set_name__(self, owner: type, name: str) -> None:
            signal.raise_signal(signal.SIGINT)

    class Owner:
        name = Named()
