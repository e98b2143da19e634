"""``activation flush AUDIENCE``: send waiting rows now."""

import click

from pipeline.model.destination import Destination
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.operate.flushing import flush_audience
from pipeline.records.catalog import Catalog
from pipeline.records.stops import remedy, stops_of
from pipeline.runtime.stores import open_stores
from pipeline.text.escapes import printable
from pipeline.text.plural import counted


@click.command()
@click.argument("audience")
def flush(audience: str) -> None:
    """Send now what waits for AUDIENCE, rather than when a batch is full or old enough.

    Workers notice within a second; they keep to the limits all the same.
    """
    with open_stores() as stores:
        client = stores.redis  # first, to see that it belongs to the records
        catalog = stores.records.load()
        flushed = flush_audience(client, catalog, audience)
        person, place = person_at_terminal(), f"audience:{audience}"
        note_alone(stores.engine, person, "audience.flush", place, flushed.amount)
    for destination, rows in flushed.rows:
        click.echo(waiting_text(catalog, destination, rows))
    for text in flushed.throttled:
        click.echo(text)
    if flushed.in_intake:
        amount = counted(flushed.in_intake, "activation")
        click.echo(f"{amount} in the intake, of any audience, not accepted yet and not part of this.")
    if not flushed.workers_seen:
        click.echo("No worker has been seen, so nothing is sent: start some with `activation up`.", err=True)


def waiting_text(catalog: Catalog, destination: Destination, rows: int) -> str:
    """Write a sentence about the waiting rows of one destination."""
    name = printable(destination.subject)
    if not rows:
        return f"{name}: nothing waits"
    amount = counted(rows, "row")
    stops = stops_of(catalog, destination)
    if not stops:
        return f"{name}: {amount} due now"
    obstacles = [f"  {printable(str(stop))}\n  → {remedy(catalog, stop)}" for stop in stops]
    return "\n".join([f"{name}: {amount} cannot go yet, they will as soon as they may", *obstacles])
