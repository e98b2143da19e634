"""``activation trace PROFILE``: where its changes wait, and the outcomes of its settled ones."""

import json
from typing import Any

import click

from pipeline.cli.tables import show
from pipeline.model.plain import trimmed
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.operate.trace import trace as read_trace
from pipeline.records.shown_names import ShownNames, read_shown_names
from pipeline.runtime.stores import open_stores
from pipeline.text.escapes import printable
from pipeline.text.times import to_the_second


def require_visible(context: click.Context, parameter: click.Parameter, profile: str) -> str:
    """Refuse an id of which nothing can be seen."""
    if not trimmed(profile):
        raise click.BadParameter("give a profile id", context, parameter)
    return profile


@click.command()
@click.argument("profile", callback=require_visible)
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def trace(profile: str, limit: int, *, as_json: bool) -> None:
    """Show where changes of PROFILE wait, and what became of those that were settled.

    PROFILE is the id as producers write it. That it was looked at is kept as an activity, without the id.
    """
    with open_stores() as stores:
        found = read_trace(stores.redis, stores.engine, profile, limit=limit)
        note_alone(stores.engine, person_at_terminal(), "profile.traced")
        days = stores.settings.trace_days
        names = ShownNames() if as_json else read_shown_names(stores.engine)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print_text(found, days, names)


def print_text(found: dict[str, Any], days: float, shown: ShownNames) -> None:
    """Print a trace for a person."""
    if not found["waiting"] and not found["outcomes"]:
        click.echo(f"Nothing is known of this profile in the last {days:g} days.")
        return
    if found["waiting"]:
        rows = [with_label(one, shown) for one in found["waiting"]]
        show(("WAITING", "DESTINATION", "COUNT"), [tuple(one.values()) for one in rows])
    if found["outcomes"]:
        headers = ("AT", "DESTINATION", "CALL TYPE", "VERDICT", "DEAD LETTER", "STATE")
        names = ("at", "destination", "call_type", "verdict", "dead_letter", "state")
        rows = [with_label(one, shown) for one in found["outcomes"]]
        show(headers, [[printable(str(one[name] or "-")) for name in names] for one in rows])


def with_label(row: dict[str, Any], shown: ShownNames) -> dict[str, Any]:
    """Return a row with the label of its destination beside the name, and its time to the second."""
    labelled = {**row, "destination": shown.destination(row["destination"])}
    return labelled | {"at": to_the_second(row["at"])} if "at" in row else labelled
