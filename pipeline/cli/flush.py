"""``activation flush AUDIENCE``: send waiting rows now."""

import time
from collections.abc import Iterator

import click
import redis

from pipeline.cli.tables import printable
from pipeline.errors import Misconfigured
from pipeline.lanes.lanes import Lanes
from pipeline.model.destination import Destination
from pipeline.operate.status import workers
from pipeline.operate.status.pace import read_paces
from pipeline.operate.status.status import read_intake
from pipeline.operate.status.troubles import of_pace
from pipeline.records.catalog import Catalog
from pipeline.records.stops import remedy, stops_of
from pipeline.runtime.stores import open_stores
from pipeline.text.messages import listed
from pipeline.text.plural import counted

PATIENCE = 3.0  # seconds for workers to accept entries that were sent just before
POLL = 0.05  # seconds


@click.command()
@click.argument("audience")
def flush(audience: str) -> None:
    """Send now what waits for AUDIENCE, rather than when a batch is full or old enough.

    Workers notice within a second; they keep to the limits all the same.
    """
    with open_stores() as stores:
        catalog = stores.records.load()
        destinations = destinations_of(catalog, audience)
        seen = workers.seen(stores.redis)
        left = in_intake(stores.redis, PATIENCE if seen else 0)
        lanes = Lanes(stores.redis)
        flushed = [(each, lanes.flush(each.name)) for each in destinations]
        throttled = list(throttles(stores.redis, catalog, {each.connector for each, rows in flushed if rows}))
    for destination, rows in flushed:
        click.echo(told(catalog, destination, rows))
    for text in throttled:
        click.echo(text)
    if left:
        amount = counted(left, "activation")
        click.echo(f"{amount} in the intake, of any audience, not accepted yet and not part of this.")
    if not seen:
        click.echo("No worker has been seen, so nothing is sent: start some with `activation up`.", err=True)


def destinations_of(catalog: Catalog, audience: str) -> tuple[Destination, ...]:
    """Return the destinations of an audience; raises Misconfigured if there is none."""
    found = catalog.for_audience(audience)
    if not found:
        raise Misconfigured(
            f'no destination is set up for audience "{audience}"; '
            f"there are audiences: {listed(catalog.audiences)}"
        )
    return found


def told(catalog: Catalog, destination: Destination, rows: int) -> str:
    """Write a sentence about the waiting rows of one destination."""
    name = f'destination "{destination.name}"'
    if not rows:
        return f"{name}: nothing waits"
    amount = counted(rows, "row")
    stops = stops_of(catalog, destination)
    if not stops:
        return f"{name}: {amount} due now"
    obstacles = [f"  {printable(str(stop))}\n  → {remedy(catalog, stop)}" for stop in stops]
    return "\n".join([f"{name}: {amount} cannot go yet, they will as soon as they may", *obstacles])


def throttles(client: redis.Redis, catalog: Catalog, connectors: set[str]) -> Iterator[str]:
    """Say which of the connectors must wait because of a limit."""
    for pace in read_paces(client, catalog):
        if pace.connector in connectors:
            yield from (trouble.text for trouble in of_pace(pace))


def in_intake(client: redis.Redis, patience: float) -> int:
    """Count the activations that have not been accepted after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while (left := read_intake(client).waiting) and time.monotonic() < deadline:
        time.sleep(POLL)
    return left
