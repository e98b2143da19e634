"""Errors of ``activation send``: rows that were not accepted."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pipeline.produce.report import Messages, Report
from pipeline.text.escapes import printable
from pipeline.text.messages import flatten

if TYPE_CHECKING:
    from pipeline.deliver.expected import Expected

SHOWN = 20


class TextErrors:
    """Shows the first errors, one to a line, and counts the rest."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._others = 0

    def add(self, line: int, messages: Messages) -> None:
        """Note why a line was not accepted."""
        if len(self._first) < SHOWN:
            self._first.append(printable(f"line {line:,}: {'; '.join(flatten(messages))}"))
        else:
            self._others += 1

    def close(
        self, report: Report, failure: str | None, expected: Sequence["Expected"] | None = None
    ) -> None:
        """Print errors on standard error and the outcome on standard output; ``expected`` of a dry run."""
        for error in self._first:
            click.echo(error, err=True)
        if self._others:
            click.echo(f"and {self._others:,} more (--json lists all)", err=True)
        verb = "accepted" if expected is None else "would accept"
        outcome = f"{verb} {report.accepted:,} of {report.accepted + report.refused:,}"
        others = {"refused": report.refused, "repeated (an id that came before counts once)": report.repeated}
        parts = [f"{amount:,} {what}" for what, amount in others.items() if amount]
        click.echo("; ".join([outcome, *parts]))
        if failure:
            click.echo(f"Error: {failure}", err=True)
        if expected is not None:
            from pipeline.cli.dry_run_text import NOTHING_SENT, print_calls

            print_calls(expected)
            click.echo(NOTHING_SENT, err=True)


class JsonErrors:
    """Prints one JSON object, errors as they come, so that any number of them needs no memory."""

    def __init__(self) -> None:
        self._begun = False

    def add(self, line: int, messages: Messages) -> None:
        """Print why a line was not accepted."""
        click.echo(", " if self._begun else '{"errors": [', nl=False)
        click.echo(json.dumps({"line": line, "messages": messages}), nl=False)
        self._begun = True

    def close(
        self, report: Report, failure: str | None, expected: Sequence["Expected"] | None = None
    ) -> None:
        """Print the outcome."""
        outcome: dict[str, Any] = {"accepted": report.accepted, "refused": report.refused}
        if report.repeated:
            outcome["repeated"] = report.repeated
        if expected is not None:
            from pipeline.cli.dry_run_text import documents

            outcome |= {"dry_run": True, "destinations": documents(expected)}
        if failure:
            outcome["failure"] = failure
        click.echo(
            ("], " if self._begun else '{"errors": [], ') + json.dumps(outcome, ensure_ascii=False)[1:]
        )
