"""``activation imports files NAME`` and ``lines FILE``: the ledger and the quarantine."""

import json
from typing import Any

import click

from pipeline.cli.reading import records_to_read
from pipeline.cli.row_id import ROW_ID
from pipeline.cli.tables import printable, show
from pipeline.errors import Misconfigured
from pipeline.event_files.ledger_list import STATES, files_of, lines_of
from pipeline.runtime.stores import open_stores
from pipeline.text.messages import unknown

HEADERS = ("FILE", "PATH", "STATE", "EVENTS", "NEW", "QUARANTINED", "REASON")
NAMES = ("id", "path", "state", "events", "new", "quarantined", "reason")


@click.command()
@click.argument("name")
@click.option("--state", type=click.Choice(STATES), help="Only files in this state.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def files(name: str, state: str | None, *, as_json: bool) -> None:
    """Show the files of the import NAME: FILE is the number by which other commands name one."""
    with open_stores() as stores:
        known = records_to_read(stores).load().imports
        found = files_of(stores.events, name, state)
    if not found and name not in known:
        raise Misconfigured(unknown("import", name, known))
    if as_json:
        click.echo(json.dumps({"files": [with_times(one) for one in found]}, indent=2, ensure_ascii=False))
    elif found:
        show(HEADERS, [[printable_cell(one[column]) for column in NAMES] for one in found])
    else:
        click.echo("There is no such file yet.")


@click.command()
@click.argument("file", type=ROW_ID)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def lines(file: int, *, as_json: bool) -> None:
    """Show the lines of FILE that count nothing: number, reason and the line."""
    with open_stores() as stores:
        found = lines_of(stores.events, file)
    if found is None:
        raise Misconfigured(f"there is no file {file}: `activation imports files NAME` has their numbers")
    if as_json:
        click.echo(json.dumps({"lines": found}, indent=2, ensure_ascii=False))
    elif found:
        show(("LINE", "REASON", "TEXT"), [[printable_cell(value) for value in one.values()] for one in found])
    else:
        click.echo("No line of this file is in the quarantine.")


def with_times(one: dict[str, Any]) -> dict[str, Any]:
    """Return a file for programs."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in one.items()}


def printable_cell(value: Any) -> Any:
    """Return a value for people: paths and lines come from outside."""
    return printable(value) if isinstance(value, str) else value
