"""What ``activation send`` says of the rows that were not accepted."""

import json
from typing import Any

import click

from pipeline.report import Messages, flatten

SHOWN = 20


class TextErrors:
    """Shows the first errors, one to a line, and counts the others."""

    def __init__(self) -> None:
        self._first: list[str] = []

    def add(self, line: int, messages: Messages) -> None:
        """Note why a line was not accepted."""
        if len(self._first) < SHOWN:
            self._first.append(f"line {line:,}: {'; '.join(flatten(messages))}")

    def close(self, accepted: int, refused: int, failure: str | None) -> None:
        """Print errors on standard error and the outcome on standard output."""
        for error in self._first:
            click.echo(error, err=True)
        if refused > SHOWN:
            click.echo(f"and {refused - SHOWN:,} more (--json lists all)", err=True)
        outcome = f"accepted {accepted:,} of {accepted + refused:,}"
        click.echo(f"{outcome}; {refused:,} refused" if refused else outcome)
        if failure:
            click.echo(f"Error: {failure}", err=True)


class JsonErrors:
    """Prints one JSON object, errors as they come, so that any number of them needs no memory."""

    def __init__(self) -> None:
        self._begun = False

    def add(self, line: int, messages: Messages) -> None:
        """Print why a line was not accepted."""
        click.echo(", " if self._begun else '{"errors": [', nl=False)
        click.echo(json.dumps({"line": line, "messages": messages}), nl=False)
        self._begun = True

    def close(self, accepted: int, refused: int, failure: str | None) -> None:
        """Print the outcome."""
        outcome: dict[str, Any] = {"accepted": accepted, "refused": refused}
        if failure:
            outcome["failure"] = failure
        click.echo(("], " if self._begun else '{"errors": [], ') + json.dumps(outcome)[1:])
