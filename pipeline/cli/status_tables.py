"""Tables of ``activation status``: destinations, sources that are read on, limits, and calls of 24 hours."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipeline.cli.tables import show
from pipeline.lanes.limits import WINDOW
from pipeline.lanes.pace import Pace
from pipeline.operate.status.day_counts import DayCount
from pipeline.operate.status.destination_status import DestinationStatus, count_audiences
from pipeline.operate.status.status import Status
from pipeline.records.catalog import Catalog
from pipeline.text.durations import spell
from pipeline.text.labels import labelled

if TYPE_CHECKING:
    from pipeline.operate.stream_status import StreamStatus

SOURCES = {"connector": "its configuration", "account": "the account", "default": "our default"}


def print_tables(found: Status, window: float) -> None:
    """Show each table that has a line; ``window``: seconds of a minute."""
    if found.destinations:
        print_destinations(found.destinations)
    if found.emails:
        click.echo(f"\nE-mails without an answer: {found.emails}.")
    if found.streams:
        click.echo()
        show(
            ("SOURCE", "STATE", "LAST RUN", "READ UP TO", "READ", "CHANGED", "SENT"),
            map(stream_cells, found.streams),
        )
    if found.paces:
        unit = "MINUTE" if window == WINDOW else f"{window:g} S"
        headers = ("CONNECTOR", "FUNCTION", f"CALLS PER {unit}", "SET BY", "AT MOST NOW", "NEXT CALL")
        click.echo()
        show(headers, (limit_cells(pace, found.catalog, window) for pace in found.paces))
    if found.day_counts:
        click.echo()
        show(
            ("CONNECTOR", "CALLS OF 24 H", "OURS THIS HOUR", "BACKLOG THROUGH"),
            map(day_count_cells, found.day_counts),
        )


def print_destinations(lines: Sequence[DestinationStatus]) -> None:
    """Show the destinations, and count them where some are of journeys."""
    if any(line.journey for line in lines):
        click.echo(f"Destinations: {len(lines):,}, of {count_audiences(lines)}")
    click.echo()
    show(
        ("DESTINATION", "AUDIENCE", "STATE", "WAITING", "IN FLIGHT", "LANES", "OLDEST", "DUE", "BATCHES",
         "AGAIN", "DEAD LETTERS"),
        map(destination_cells, lines),
    )  # fmt: skip


def destination_cells(line: DestinationStatus) -> tuple[object, ...]:
    """Write one destination."""
    backlog = line.backlog
    oldest = None if backlog.oldest is None else spell(backlog.oldest)
    return (
        labelled(line.name, line.label), line.audience_text, line.state, backlog.waiting, backlog.in_flight,
        backlog.lanes, oldest, due_text(line), backlog.flying, backlog.again, line.dead_letters,
    )  # fmt: skip


def due_text(line: DestinationStatus) -> str | None:
    """Say when the next batch is due."""
    if line.stops or line.backlog.due is None:
        return None
    if line.backlog.due > 0:
        return f"in {spell(line.backlog.due)}"
    return "when allowed" if line.state == "throttled" else "now"


def limit_cells(pace: Pace, catalog: Catalog, window: float) -> tuple[object, ...]:
    """Write the limits of one function; ``window``: seconds of a minute."""
    connector = labelled(pace.connector, catalog.label_of("connector", pace.connector))
    allowance = f"{pace.allowance:,} in {spell(pace.window)}" if pace.window > window else pace.allowance
    return (connector, pace.function, allowance, SOURCES[pace.source], pace.now, next_call(pace))


def stream_cells(line: "StreamStatus") -> tuple[object, ...]:
    """Write one source that is read on from a mark; its numbers are of the last run."""
    name, numbers = labelled(line.source.name, line.source.label), line.run.numbers or {}
    run = line.run.finished_at and f"{spell((line.at - line.run.finished_at).total_seconds())} ago"
    mark = None if line.mark_age is None else f"{spell(line.mark_age)} ago"
    counted = (numbers.get(key) for key in ("read", "changed", "activations"))
    return (name, line.state, run, mark, *counted)


def day_count_cells(count: DayCount) -> tuple[object, ...]:
    """Write the calls of an account that counts by 24 hours."""
    use = f"{count.use.used:,} of {count.use.most:,} used"
    ours = f"{count.made:,} of {count.pace.most:,}"
    return (labelled(count.connector.name, count.connector.label), use, ours, drained_text(count))


def drained_text(count: DayCount) -> str:
    """Say when all that waits is through."""
    if count.drain is None:
        return "not above the ceiling"
    return f"in {spell(count.drain)}" if count.drain else "nothing waits"


def next_call(pace: Pace) -> str:
    """Name the event that the next call waits for."""
    if pace.capacity and pace.capacity.probing:
        return "capacity exhausted; one call is trying"
    if pace.capacity and pace.capacity.probe:
        return f"capacity exhausted; one call tries in {spell(pace.capacity.probe)}"
    if pace.capacity:
        return "capacity exhausted; the next call tries"
    if pace.paused:
        return f"limit refused; in {spell(pace.paused)}"
    if pace.use and not pace.now:
        return "above the ceiling"
    return "any time" if pace.now == pace.most else "any time, slower after a refusal"
