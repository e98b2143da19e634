"""The options that say how FILE is read, the same for ``send`` and ``sync``."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, TypeVar

import click

from pipeline.errors import Misconfigured
from pipeline.model.file_profile import FileProfile
from pipeline.produce.dialect import delimiter
from pipeline.produce.encoding import codec_of
from pipeline.produce.files import read
from pipeline.produce.layout import NoProfile
from pipeline.produce.lines import FileLine
from pipeline.produce.notes import Notes
from pipeline.runtime.stores import Stores
from pipeline.text.escapes import printable

Command = TypeVar("Command", bound=Callable[..., Any])


def read_pairs(context: click.Context, parameter: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE, the name up to the last sign for columns and up to the first for constants."""
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.rpartition("=") if parameter.name == "columns" else text.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f'"{text}" is not {parameter.metavar}', context, parameter)
        if name in found:
            raise click.BadParameter(f'"{name}" is given twice', context, parameter)
        found[name] = value
    return found


def checks(check: Callable[[str], object]) -> Callable[..., str | None]:
    """Return a callback of click that refuses a value if ``check`` raises Misconfigured."""

    def callback(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
        try:
            if value is not None:
                check(value)
        except Misconfigured as error:
            raise click.BadParameter(str(error), context, parameter) from error
        return value

    return callback


OPTIONS = (
    click.option("--format", type=click.Choice(["jsonl", "csv"]), help="Else name or content decide."),
    click.option(
        "--columns", multiple=True, callback=read_pairs, metavar="COLUMN=NAME",
        help="What a column is: profile_id, an identifier, a variable; nothing: left out. Repeatable.",
    ),
    click.option("--only-columns", is_flag=True, default=None, help="Leave out columns with unknown names."),
    click.option("--id-column", metavar="COLUMN", help="Holds ids by which a repeat within a day is known."),
    click.option(
        "--constant", "constants", multiple=True, callback=read_pairs, metavar="NAME=VALUE",
        help="The same in every row. Repeatable.",
    ),
    click.option("--null", multiple=True, metavar="WORD", help="A word that stands for null. Repeatable."),
    click.option(
        "--consent", metavar="COLUMN",
        help="Holds words like subscribed and cleaned, which become optin and optout.",
    ),
    click.option("--delimiter", callback=checks(delimiter), metavar="MARK", help="Else the header decides."),
    click.option("--encoding", callback=checks(codec_of), help="Such as windows-1252; else UTF-8, UTF-16."),
    click.option("--file-profile", metavar="NAME", help="Options from [files.NAME] of the configuration."),
)  # fmt: skip
NAMES = "format columns only_columns id_column constants null consent delimiter encoding file_profile".split()


def reading_options(command: Command) -> Command:
    """Give a command the options that say how a file is read."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def profile_of(options: Mapping[str, Any], stores: Stores) -> FileProfile:
    """Return the profile that is named, with the options laid over it."""
    profile = stored_profile(options["file_profile"], stores) if options["file_profile"] else FileProfile()
    given = {key: value for key, value in options.items() if value and key != "file_profile"}
    for key in given.keys() & {"columns", "constants"}:
        given[key] = {**getattr(profile, key), **given[key]}
    return replace(profile, **given)


def stored_profile(name: str, stores: Stores) -> FileProfile:
    """Return a profile of the configuration; raises Misconfigured when there is none of that name."""
    from pipeline.records.file_profiles import file_profiles

    known = file_profiles(stores.engine)
    if name not in known:
        there = ", ".join(sorted(known)) or "none"
        raise Misconfigured(f'file profile "{name}" does not exist; there are: {there}')
    return known[name]


def lines_of(
    file: BinaryIO, profile: FileProfile, notes: Notes, command: Sequence[str]
) -> Iterator[FileLine]:
    """Read a file; where no column is the profile_id, the error shows the command that maps them."""
    try:
        return read(file, profile=profile, notes=notes)
    except NoProfile as error:
        if not error.options:
            raise
        words = (word for option in error.options for word in ("--columns", option))
        raise Misconfigured(f"{error}\nSay what they are: {shlex.join([*command, *words])}") from error


@contextmanager
def shown_notes() -> Iterator[Notes]:
    """Give notes on guesses about a file, and print them on standard error at the end of the context."""
    notes = Notes()
    try:
        yield notes
    finally:
        for sentence in notes.sentences():
            click.echo(printable(sentence), err=True)


def name_of(file: BinaryIO) -> str:
    """Return a file as a command names it."""
    name = str(getattr(file, "name", "-"))
    return "-" if name == "<stdin>" else name
