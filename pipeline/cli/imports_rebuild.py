"""``activation imports rebuild``: all profiles anew."""

import json

import click
from rich.console import Console
from rich.progress import Progress

from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.profiles.configured_fields import configured_fields
from pipeline.profiles.fold import Folding
from pipeline.runtime.stores import open_stores
from pipeline.text.plural import counted


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the number of events as JSON.")
def rebuild(*, as_json: bool) -> None:
    """Build all profiles anew from the events that are kept, and from what retention took out of others.

    The export has the same bytes as before, unless the fields of the configuration are other ones.
    """
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    with open_stores() as stores, bar:
        task = bar.add_task("folding", total=None)
        folding = Folding(stores.events, configured_fields(stores.engine))
        events = counted(number := folding.rebuild(lambda amount: bar.advance(task, amount)), "event")
        note_alone(stores.engine, person_at_terminal(), "profiles.rebuilt", detail=events)
    click.echo(json.dumps({"events": number}) if as_json else f"Profiles rebuilt from {events}.")
