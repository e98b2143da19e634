"""``activation plan SOURCE|DESTINATION``: the calls and hours that so many records take."""

import json
from functools import partial
from typing import Any

import click

from pipeline.cli.reading import records_to_read
from pipeline.cli.record_names import resolve_name
from pipeline.cli.tables import show
from pipeline.lanes.pace import read_pace
from pipeline.operate.plan_document import plan_document
from pipeline.operate.planning import PlanScope, plan
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import open_stores
from pipeline.text.durations import spell
from pipeline.text.escapes import printable
from pipeline.text.plural import counted

HEADERS = ("FOR", "CONNECTOR", "FUNCTION", "CALLS", "PER HOUR", "HOURS", "LIMIT FROM")
HOUR = 3600  # seconds


@click.command("plan")
@click.argument("name", metavar="SOURCE|DESTINATION")
@click.option("--records", type=click.IntRange(1), required=True, metavar="N", help="For so many records.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def plan_calls(name: str, records: int, *, as_json: bool) -> None:
    """Show the calls and hours that N records take on either side, and which limit binds.

    Of a source: reading them, and all destinations that it feeds, if each record goes there. Of a
    destination: N people who enter. Nothing is asked of any account: limits are those that are known.

    Write source:NAME or destination:NAME when there are both.
    """
    with open_stores() as stores:
        client = stores.redis
        catalog = records_to_read(stores).load()
        scope, record = resolve(catalog, name)
        pace_of = partial(read_pace, client, minute=stores.settings.limit_window)
        document = plan_document(plan(catalog, scope, record, records, pace_of))
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_text(document)


def resolve(catalog: Catalog, name: str) -> tuple[PlanScope, str]:
    """Find the source or destination that is meant."""
    scopes: dict[PlanScope, set[str]] = {
        "source": {*catalog.sources},
        "destination": {*catalog.destinations},
    }
    return resolve_name(scopes, name)


def print_text(document: dict[str, Any]) -> None:
    """Print a plan for people."""
    amount = counted(document["records"], "record")
    if not document["calls"]:
        click.echo(
            printable(f'{amount} of {document["scope"]} "{document["name"]}": no call is made for them.')
        )
        return
    show(HEADERS, [call_row(one) for one in document["calls"]])
    click.echo()
    click.echo(printable(f'{amount} of {document["scope"]} "{document["name"]}": {binding_text(document)}'))


def call_row(one: dict[str, Any]) -> tuple[object, ...]:
    """Return the cells of the calls of one function."""
    hours = "never" if one["hours"] is None else f"{one['hours']:,.2f}"
    purpose = one["destination"] or "reading"
    return purpose, one["connector"], one["function"], one["calls"], one["per_hour"], hours, one["limit_from"]


def binding_text(document: dict[str, Any]) -> str:
    """Say which limit binds, and how long all takes at least."""
    limit = document["binds"]
    what = f'{limit["function"]} of connector "{limit["connector"]}"'
    if document["hours"] is None:
        return f"none of {counted(limit['calls'], 'call')} may go now by the limit of {what}."
    return f"at least {spell(document['hours'] * HOUR)}. The limit of {what} binds: {limit_text(limit)}."


def limit_text(limit: dict[str, Any]) -> str:
    """Write the calls that a limit counts, and how many may go."""
    return f"{counted(limit['calls'], 'call')} at {limit['per_hour']:,} an hour"
