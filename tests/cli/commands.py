"""Commands that end in every way a command can."""

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
