"""``activation rules``: entries of rules, and trials."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import click

from pipeline.cli.dead_letter_options import duration
from pipeline.cli.lazy_group import Group
from pipeline.cli.tables import show
from pipeline.operate.entries import list_entries
from pipeline.operate.rule_trial import try_rule
from pipeline.runtime.stores import open_stores
from pipeline.text.times import to_the_second

HEADERS = ("RULE", "RECORD", "PERSON", "STATE", "CHECK", "UNTIL")
STATES = ("entered", "put_off", "left_out", "refused", "unknown", "sent", "watched")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group(cls=Group)
def rules() -> None:
    """Rules, by which people of streams enter audiences."""


@rules.command()
@click.argument("name", required=False)
@click.option("--unknown", is_flag=True, help="Only those of unknown outcome; they are not sent again.")
@click.option("--state", type=click.Choice(STATES), help="Only those of this state.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)
@AS_JSON
def entries(name: str | None, *, unknown: bool, state: str | None, limit: int, as_json: bool) -> None:
    """Show what rules decided, newest first: of one rule, or of all."""
    if unknown and state not in (None, "unknown"):
        raise click.UsageError("--unknown and --state name different states")
    with open_stores() as stores:
        found = list_entries(stores, name, "unknown" if unknown else state, limit)
    if as_json:
        click.echo(json.dumps({"entries": found}, indent=2, ensure_ascii=False))
    elif found:
        show(HEADERS, [entry_row(one) for one in found])
    else:
        click.echo("There is no entry.")


@rules.command()
@click.argument("name")
@click.option(
    "--since", callback=duration, default="30d", show_default=True, metavar="TIME", help="How far back."
)
@AS_JSON
def test(name: str, *, since: timedelta, as_json: bool) -> None:
    """Show who would have entered by the records of the last month, and why not; nothing is stored or sent.

    The rule is tried alone, as if it had let nobody enter yet, and each record counts as new.
    """
    with open_stores() as stores:
        found = try_rule(stores, name, since)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    if found["entries"]:
        show(HEADERS, [entry_row(one) for one in found["entries"]])
    states = Counter(one["state"] for one in found["entries"])
    numbers = ", ".join(f"{states[state]:,} {state}" for state in ("entered", "put_off", "left_out"))
    click.echo(f"{name} since {to_the_second(found['since'])}: {numbers}")


def entry_row(one: dict[str, Any]) -> list[Any]:
    """Return the cells of an entry."""
    return [
        *(one[key] for key in ("rule", "record", "person", "state", "check")),
        to_the_second(one["until"]),
    ]
