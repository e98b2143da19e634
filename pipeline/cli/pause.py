"""``activation pause`` and ``resume``: stop sending for a while, keep the queue."""

import click

from pipeline.cli.tables import printable
from pipeline.errors import Misconfigured
from pipeline.lanes.backlog import read_backlogs
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.records import mirror
from pipeline.records.catalog import Catalog, Scope
from pipeline.records.stops import Stop, remedy, stop_of, stops_of
from pipeline.runtime.stores import Stores, open_stores
from pipeline.text.plural import counted

NAME = "CONNECTOR|DESTINATION"


@click.command()
@click.argument("name", metavar=NAME)
@click.option("--reason", default="", metavar="TEXT", help="Shown to whoever wonders why nothing is sent.")
def pause(name: str, reason: str) -> None:
    """Stop sending for a connector or a destination; what waits, and what comes, is kept.

    Write connector:NAME or destination:NAME when there are both. Calls under way come to their end.
    """
    with open_stores() as stores:
        client = stores.redis  # before anything changes, and to see that it belongs to the records
        catalog = stores.records.load()
        scope, record = resolve(catalog, name)
        hold = catalog.holds.get((scope, record))
        if hold:
            stop = Stop(scope, record, hold.kind, hold.code, hold.detail, hold.since)
            click.echo(f"{printable(str(stop))}. Nothing was changed.")
            return
        stores.records.hold(scope, record, "paused", "", reason)
        note_alone(stores.engine, person_at_terminal(), f"{scope}.pause", f"{scope}:{record}", reason)
        mirror.refresh(client, stores.records)
        rows = waiting(stores, catalog, scope, record)
    click.echo(f'{scope} "{record}" is paused; {rows}. To go on: `activation resume {name}`')


@click.command()
@click.argument("name", metavar=NAME)
def resume(name: str) -> None:
    """Send again for a connector or a destination that was paused, or held after an answer of Responsys.

    Write connector:NAME or destination:NAME when there are both.
    """
    with open_stores() as stores:
        client = stores.redis  # before anything changes, and to see that it belongs to the records
        catalog = stores.records.load()
        scope, record = resolve(catalog, name)
        hold = catalog.holds.get((scope, record))
        if stores.records.release(scope, record):
            note_alone(stores.engine, person_at_terminal(), f"{scope}.resume", f"{scope}:{record}")
        catalog = mirror.refresh(client, stores.records)
        rows = waiting(stores, catalog, scope, record)
    if hold:
        was = Stop(scope, record, hold.kind, hold.code, hold.detail, hold.since)
        reason = f": {was.reason}" if was.reason else ""
        click.echo(printable(f'{scope} "{record}" goes on; {rows}. It was {was.kind} {was.duration}{reason}'))
    else:
        click.echo(f'{scope} "{record}" was neither paused nor held; {rows}.')
    for stop in still_stopped(catalog, scope, record):
        click.echo(printable(f"But {stop}: {remedy(catalog, stop)}"))


def resolve(catalog: Catalog, name: str) -> tuple[Scope, str]:
    """Find the one record that is meant; raises Misconfigured when there is none, or more than one."""
    prefix, _, rest = name.rpartition(":")
    scopes: dict[Scope, set[str]] = {
        "connector": {*catalog.connectors},
        "destination": {*catalog.destinations},
    }
    found = [scope for scope, names in scopes.items() if rest in names and prefix in ("", scope)]
    if len(found) == 1:
        return found[0], rest
    if found:
        raise Misconfigured(
            f'"{name}" is a connector and a destination: say connector:{name} or destination:{name}'
        )
    known = "; ".join(f"{scope}s: {', '.join(sorted(names)) or 'none'}" for scope, names in scopes.items())
    raise Misconfigured(f'there is no connector or destination "{name}"; there are {known}')


def still_stopped(catalog: Catalog, scope: Scope, name: str) -> list[Stop]:
    """Return the other stops of this record."""
    if scope == "destination":
        return stops_of(catalog, catalog.destinations[name])
    stop = stop_of(catalog, scope, name)
    return [stop] if stop else []


def waiting(stores: Stores, catalog: Catalog, scope: Scope, name: str) -> str:
    """Say how many rows wait for this record."""
    names = [
        destination.name
        for destination in catalog.destinations.values()
        if name == (destination.name if scope == "destination" else destination.connector)
    ]
    found = read_backlogs(stores.redis, names)
    rows = sum(found[each].waiting for each in names)
    return counted(rows, "row waits", "rows wait")
