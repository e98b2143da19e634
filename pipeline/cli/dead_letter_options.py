"""The options that choose dead letters."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import click

from pipeline.settle.dead_letters import Filter
from pipeline.text.durations import parse

Command = TypeVar("Command", bound=Callable[..., Any])


def duration(context: click.Context, parameter: click.Parameter, text: str | None) -> timedelta | None:
    """Read a length of time, such as 30m, 2h or 7d."""
    try:
        return None if text is None else parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from error


OPTIONS = (
    click.option("--connector", metavar="NAME", help="Only of this connector."),
    click.option("--destination", metavar="NAME", help="Only of this destination."),
    click.option(
        "--code", "codes", multiple=True, metavar="CODE",
        help="Only with this code, such as NO_RECIPIENT_FOUND. Repeatable.",
    ),
    click.option(
        "--older-than", callback=duration, metavar="TIME", help="Only from before, such as 2h or 7d."
    ),
    click.option("--newer-than", callback=duration, metavar="TIME", help="Only from since then."),
)  # fmt: skip


def choosing(command: Command) -> Command:
    """Give a command the options that choose dead letters."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def proving(command: Command) -> Command:
    """Give a command the option that chooses letters by proof."""
    return click.option(
        "--proven",
        is_flag=True,
        default=None,
        help="Only e-mails that were not sent, as event files prove: safe to replay.",
    )(command)


def filter_of(chosen: dict[str, Any], ids: Sequence[str] = (), state: str | None = "open") -> Filter:
    """Return the filter that the options describe."""
    return Filter(**chosen, ids=tuple(ids), state=state)


def options_text(chosen: Filter) -> str:
    """Write a choice as it was typed: "--destination lapsed --code Timeout"."""
    words = [f"--connector {chosen.connector}"] if chosen.connector else []
    words += [f"--destination {chosen.destination}"] if chosen.destination else []
    words += [f"--code {code}" for code in chosen.codes]
    words += ["--proven"] if chosen.proven else []
    for name, length in (("--older-than", chosen.older_than), ("--newer-than", chosen.newer_than)):
        words += [f"{name} {length.total_seconds():g}s"] if length else []
    return " ".join(words)
