"""``activation events``: the stream of events in Responsys' files, in the order of storing."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from pipeline.cli.event_output import print_remark, write_lines
from pipeline.cli.lazy_group import Group
from pipeline.cli.row_id import ROW_ID
from pipeline.cli.tables import printable, show
from pipeline.event_files.event_stream import newest_events, stream
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.runtime.stores import Stores, open_stores
from pipeline.text.plural import counted

SHOWN = 10  # events before those that follow
EVERY = 1.0  # seconds
HEADERS = ("ID", "FEED", "RIID", "EMAIL", "CAPTURED AT")
NAMES = ("id", "feed", "riid", "email", "captured_at")


@click.group(cls=Group)
def events() -> None:
    """Events in Responsys' files, in the order in which they were stored."""


@events.command()
@click.option("--follow", is_flag=True, help="Go on with events as they are stored, until Ctrl-C.")
@click.option("--feed", default="", metavar="F", help="Of this feed alone, such as CLICK.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON; with --follow one event a line.")
def tail(*, follow: bool, feed: str, as_json: bool) -> None:
    """Show the newest events."""
    with open_stores() as stores:
        found = newest_events(stores.events, SHOWN, feed=feed)
        if as_json and not follow:
            click.echo(json.dumps({"events": found}, indent=2, ensure_ascii=False))
            return
        if not found:
            print_remark(
                f"There is no event of feed {feed.upper()} yet." if feed else "There is no event yet."
            )
        print_events(found, as_json=as_json)
        if follow:
            go_on(stores, found[-1]["id"] if found else 0, feed, as_json=as_json)


def go_on(stores: Stores, last: int, feed: str, *, as_json: bool) -> None:
    """Show events as they are stored."""
    while True:
        found = list(stream(stores.events, since=last, feed=feed))
        if found:
            print_events(found, as_json=as_json)
            last = found[-1]["id"]
        time.sleep(EVERY)


def print_events(found: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print events, one a line."""
    if as_json:
        for event in found:
            click.echo(msgspec.json.encode(event).decode())
    elif found:
        show(HEADERS, [[printable(str(event.get(name, "-"))) for name in NAMES] for event in found])


@events.command()
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--since", type=ROW_ID, default=0, metavar="ID", help="Events behind this id.")
@click.option("--format", "form", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True)
@click.option("--json", "_as_json", is_flag=True, help="JSON Lines, which is the usual format.")
def export(file: str, since: int, form: str, _as_json: bool) -> None:
    """Write events to FILE ("-" is standard output); the id of the last one is where to go on."""
    if form == "parquet" and file == "-":
        raise click.UsageError("--format parquet needs a FILE")
    with open_stores() as stores:
        last = [since]
        found = noting_last_id(stream(stores.events, since=since), last)
        count = write_events(found, file, form)
        note_alone(stores.engine, person_at_terminal(), "events.exported", detail=counted(count, "event"))
    print_remark(f"{counted(count, 'event')} written; go on with --since {last[0]}.")


def noting_last_id(found: Iterator[dict[str, Any]], last: list[int]) -> Iterator[dict[str, Any]]:
    """Keep the id of the last event in ``last``."""
    for event in found:
        last[0] = event["id"]
        yield event


def write_events(found: Iterator[dict[str, Any]], file: str, form: str) -> int:
    """Write events in one of the formats, and return their number."""
    if form == "parquet":
        from pipeline.event_files.event_parquet import write_parquet

        return write_parquet(found, Path(file).absolute())
    return write_lines(file, (msgspec.json.encode(event) + b"\n" for event in found))
