"""``activation profiles``: the fields kept per person, of one and of all."""

import json
from typing import Any

import click

from pipeline.cli.event_output import print_remark, write_lines
from pipeline.cli.lazy_group import Group
from pipeline.cli.tables import printable, show
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.operate.profile_lookup import in_words, look_up_profiles
from pipeline.profiles.configured_fields import configured_fields
from pipeline.profiles.export import exported_lines
from pipeline.runtime.stores import open_stores
from pipeline.text.plural import counted


@click.group(cls=Group)
def profiles() -> None:
    """Profiles of people, made of the events in Responsys' files."""


@profiles.command("show")
@click.argument("person", metavar="RIID|ADDRESS|PERSON")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def show_profile(context: click.Context, person: str, *, as_json: bool) -> None:
    """Show the fields of one person: by RIID (of one account: ACCOUNT:RIID), address, or person:NUMBER.

    That it was looked at is kept as an activity, without the name. Exits with 1 if nothing is known.
    """
    with open_stores() as stores:
        found = look_up_profiles(stores, person_at_terminal(), person)
    if not found:
        print_remark("No event of this person is known.")
        context.exit(1)
    for number, fields in found.items():
        print_profile(number, fields, as_json=as_json, alone=len(found) == 1)


def print_profile(number: int, fields: dict[str, Any], *, as_json: bool, alone: bool) -> None:
    """Print one profile; several as JSON are one a line."""
    if as_json:
        click.echo(json.dumps(fields, indent=2 if alone else None, ensure_ascii=False))
        return
    click.echo(f"person:{number}")
    show(("FIELD", "VALUE"), [(name, printable(in_words(value))) for name, value in fields.items()])


@profiles.command()
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--json", "_as_json", is_flag=True, help="JSON Lines, as always.")
def export(file: str, _as_json: bool) -> None:
    """Write all profiles to FILE ("-" is standard output): JSON Lines, sorted by account and RIID."""
    with open_stores() as stores:
        count = write_lines(file, exported_lines(stores.events, configured_fields(stores.engine)))
        note_alone(stores.engine, person_at_terminal(), "profiles.exported", detail=counted(count, "profile"))
    if file != "-":
        print_remark(f"{counted(count, 'profile')} written.")
