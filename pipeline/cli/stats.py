"""``activation stats``: rows received, sent, removed and rejected."""

import json
from collections.abc import Sequence

import click

from pipeline.cli.reading import records_to_read
from pipeline.cli.tables import show
from pipeline.errors import Misconfigured
from pipeline.operate.feed_numbers import FeedNumbers, read_feed_numbers
from pipeline.operate.summary import DestinationNumbers, Summary, read_summary
from pipeline.operate.summary_document import document
from pipeline.records.catalog import Catalog
from pipeline.records.mirror import REMOVED
from pipeline.runtime.stores import open_stores
from pipeline.text.labels import labelled
from pipeline.text.messages import unknown
from pipeline.text.plural import counted

HEADERS = (
    "CONNECTOR", "DESTINATION", "RECEIVED", "SENT", "REMOVED", "COALESCED", "REJECTED", "CALLS",
    "ROWS PER CALL", "WAITING", "DEAD LETTERS",
)  # fmt: skip


@click.command()
@click.option(
    "--days", type=click.Choice(["7", "30", "90"]), default="7", show_default=True, help="How far back."
)
@click.option("--connector", metavar="NAME", help="Only this connector.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
def stats(days: str, connector: str | None, as_json: bool) -> None:
    """Show the numbers of the last days for each destination, and what waits now."""
    with open_stores() as stores:
        catalog = records_to_read(stores).load()
        found = read_summary(stores.redis, stores.engine, catalog, days=int(days), connector=connector)
        feeds = read_feed_numbers(stores.events_if_any, catalog, days=int(days), connector=connector)
    refuse_unknown(connector, found, catalog)
    if as_json:
        click.echo(json.dumps(document(found, feeds), indent=2))
        return
    if found.lines or not feeds:
        print_text(found)
    if found.lines and feeds:
        click.echo()
    if feeds:
        print_feeds(feeds, int(days))


def refuse_unknown(connector: str | None, found: Summary, catalog: Catalog) -> None:
    """Raise Misconfigured for a connector that is not there and never sent anything."""
    if connector is not None and connector not in catalog.connectors and not found.lines:
        raise Misconfigured(unknown("connector", connector, catalog.connectors))


def print_text(found: Summary) -> None:
    """Show the numbers to a person."""
    if not found.lines:
        click.echo(
            "Nothing is configured and nothing was received. Bring destinations in: `activation apply FILE`"
        )
        return
    click.echo(f"The last {found.days} days; WAITING and open DEAD LETTERS are those of now.\n")
    rows = [row(line, connector_text(found, line), destination_text(found, line)) for line in found.lines]
    show(HEADERS, [*rows, row(found.total, "all", "")])
    rejected = [
        (connector_text(found, line), destination_text(found, line), code, amount)
        for line in found.lines
        for code, amount in sorted(line.rejected.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    if rejected:
        click.echo("\nRejected by code:\n")
        show(("CONNECTOR", "DESTINATION", "CODE", "ROWS"), rejected)
    if found.total.resolved:
        click.echo(f"\nResolved by event files: {resolved_text(found.total)}.")
    if found.total.repeated:
        repeats = counted(found.total.repeated, "change repeats", "changes repeat")
        click.echo(f"\nRepeated: {repeats} an id of the last day and went out once.")
    if found.total.unchanged:
        unchanged = counted(found.total.unchanged, "row was so already", "rows were so already")
        click.echo(f"\nUnchanged: {unchanged}.")
    if found.total.erased:
        erased = counted(
            found.total.erased,
            "row that waited or was a dead letter",
            "rows that waited or were dead letters",
        )
        click.echo(f"\nErased: {erased}.")


def print_feeds(feeds: Sequence[FeedNumbers], days: int) -> None:
    """Show the numbers of event files to a person."""
    click.echo(f"Event files of the last {days} days, by the day of landing (UTC):\n")
    rows: list[tuple[object, ...]] = []
    for each in feeds:
        by_day = ", ".join(f"{day} {amount:,}" for day, amount in each.days.items())
        rows.append((each.name, each.feed, each.files, each.events, each.quarantined, by_day))
    show(("IMPORT", "FEED", "FILES", "EVENTS", "QUARANTINED", "EVENTS BY DAY"), rows)


def resolved_text(line: DestinationNumbers) -> str:
    """Write "12 dead letters: 10 delivered (in SENT), 2 MAILBOX_FULL"."""
    parts = [
        f"{amount:,} {outcome}{' (in SENT)' if outcome == 'delivered' else ''}"
        for outcome, amount in line.resolved.items()
    ]
    return f"{counted(sum(line.resolved.values()), 'dead letter')}: {', '.join(parts)}"


def row(line: DestinationNumbers, connector: str, destination: str) -> tuple[object, ...]:
    """Write one line of numbers."""
    return (
        connector, destination, line.received, line.sent, line.removed, line.coalesced,
        sum(line.rejected.values()), line.calls, line.fill, line.waiting, line.dead_letters,
    )  # fmt: skip


def destination_text(found: Summary, line: DestinationNumbers) -> str:
    """Write the name and the label of a destination."""
    return labelled(place_text(line.where.destination), found.labels.get(line.where.destination))


def connector_text(found: Summary, line: DestinationNumbers) -> str:
    """Write the name and the label of a connector."""
    return labelled(place_text(line.where.connector), found.connector_labels.get(line.where.connector))


def place_text(name: str) -> str:
    """Write the name of a place; some activations have none, and some places are no more."""
    return {"": "(none)", REMOVED: "(removed)"}.get(name, name)
