"""Questions to the person at the terminal, before something that cannot be undone."""

import sys

import click

from pipeline.errors import Misconfigured


def at_terminal() -> bool:
    """Tell whether a person can answer."""
    return sys.stdin.isatty()


def refuse_unasked(deed: str, remedy: str) -> None:
    """Raise Misconfigured if no person can be asked; ``deed``: "drop 12 dead letters"."""
    if not at_terminal():
        raise Misconfigured(f"this would {deed} and nobody can be asked: {remedy}")


def confirmed(question: str, refusal: str = "Nothing was done.", *, err: bool = False) -> bool:
    """Ask; after a no, print ``refusal``. ``err``: the question goes to standard error."""
    if click.confirm(question, err=err):
        return True
    click.echo(refusal)
    return False
