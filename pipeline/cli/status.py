"""``activation status``: troubles first, then intake, destinations and limits."""

import json
from collections.abc import Iterable

import click

from pipeline.cli.reading import records_to_read
from pipeline.cli.tables import show
from pipeline.lanes.limits import WINDOW
from pipeline.lanes.pace import Pace
from pipeline.model.shard import SHARDS
from pipeline.operate.consent_status import read_consents
from pipeline.operate.imports import read_imports
from pipeline.operate.open_questions import read_questions
from pipeline.operate.status.day_counts import DayCount
from pipeline.operate.status.destination_status import DestinationStatus
from pipeline.operate.status.document import document
from pipeline.operate.status.status import Status, read_status
from pipeline.operate.status.trouble import Trouble
from pipeline.operate.status.troubles import troubles
from pipeline.operate.stream_status import StreamStatus, read_streams
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import open_stores
from pipeline.stores.redis_health import Server
from pipeline.text.durations import spell
from pipeline.text.escapes import printable
from pipeline.text.labels import labelled
from pipeline.text.plural import counted
from pipeline.text.sizes import spell as spell_size

SOURCES = {"connector": "its configuration", "account": "the account", "default": "our default"}
MARKS = {False: ("✗", "red"), True: ("…", "yellow")}  # by whether it passes


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Print everything as JSON; lengths of time are seconds."
)
def status(as_json: bool) -> None:
    """Show what is wrong, what waits where, and how fast it may go out."""
    with open_stores() as stores:
        catalog = records_to_read(stores).load()
        imports = read_imports(stores.redis, stores.engine, stores.events, catalog) if catalog.imports else ()
        window = stores.settings.limit_window
        streams = read_streams(lambda: stores.events_if_any, catalog)
        consents = read_consents(lambda: stores.events_if_any, catalog)
        questions = read_questions(lambda: stores.events_if_any, catalog)
        found = read_status(
            stores.redis,
            stores.engine,
            catalog,
            window=window,
            imports=imports,
            streams=streams,
            consents=consents,
            questions=questions,
        )
        if folder := stores.settings.default_data_dir:
            click.echo(folder, err=True)
    if as_json:
        click.echo(json.dumps(document(found), indent=2, ensure_ascii=False))
    else:
        print_text(found, window)


def print_text(found: Status, window: float) -> None:
    """Show all of it to a person."""
    print_troubles(troubles(found))
    click.echo(f"\nWorkers: {'seen just now' if found.workers_seen else 'none seen'}; {queues(found)}")
    click.echo(f"Intake: {intake(found)}")
    click.echo(f"Redis: {memory(found.server)}")
    if found.destinations:
        if any(line.journey for line in found.destinations):
            click.echo(f"Destinations: {len(found.destinations):,}, of {groups(found.destinations)}")
        click.echo()
        show(
            ("DESTINATION", "AUDIENCE", "STATE", "WAITING", "IN FLIGHT", "LANES", "OLDEST", "DUE", "BATCHES",
             "AGAIN", "DEAD LETTERS"),
            map(destination, found.destinations),
        )  # fmt: skip
    if found.emails:
        click.echo(f"\nE-mails without an answer: {found.emails}.")
    if found.streams:
        click.echo()
        show(
            ("SOURCE", "STATE", "LAST RUN", "READ UP TO", "READ", "CHANGED", "SENT"),
            map(stream, found.streams),
        )
    if found.paces:
        unit = "MINUTE" if window == WINDOW else f"{window:g} S"
        headers = ("CONNECTOR", "FUNCTION", f"CALLS PER {unit}", "SET BY", "AT MOST NOW", "NEXT CALL")
        click.echo()
        show(headers, (limit(pace, found.catalog, window) for pace in found.paces))
    if found.day_counts:
        click.echo()
        show(
            ("CONNECTOR", "CALLS OF 24 H", "OURS THIS HOUR", "BACKLOG THROUGH"),
            map(day_count, found.day_counts),
        )


def print_troubles(found: Iterable[Trouble]) -> None:
    """Print every trouble with the way out of it."""
    lines = [line for trouble in found for line in trouble_lines(trouble)]
    click.echo("\n".join(lines) if lines else f"{click.style('✓', fg='green')} Nothing is wrong.")


def trouble_lines(trouble: Trouble) -> tuple[str, str]:
    """Write one trouble."""
    mark, colour = MARKS[trouble.passing]
    return f"{click.style(mark, fg=colour)} {printable(trouble.text)}", f"  → {trouble.remedy}"


def queues(found: Status) -> str:
    """Count the doorbells that no worker has answered yet."""
    waiting = [f"{length:,} in {name}" for name, length in found.queues.items() if length]
    odd = [f"{amount:,} {kind.replace('_', ' ')}" for kind, amount in found.messages.items() if amount]
    return "; ".join([f"messages queued: {', '.join(waiting) or 'none'}", *odd])


def memory(server: Server) -> str:
    """Say how full the server is."""
    if server.limit:
        return f"{spell_size(server.used)} of {spell_size(server.limit)} used ({server.share:.0%})"
    return f"{spell_size(server.used)} used, no maxmemory"


def intake(found: Status) -> str:
    """Count the entries not accepted yet, and name the fullest shard."""
    shards = found.intake.shards
    if not shards:
        return "empty"
    fullest = max(shards, key=lambda shard: shards[shard])
    where = f"in {len(shards)} of {SHARDS} shards, {shards[fullest]:,} of them in shard {fullest}"
    return f"{found.intake.waiting:,} waiting to be accepted, {where}"


def destination(line: DestinationStatus) -> tuple[object, ...]:
    """Write one destination."""
    backlog = line.backlog
    oldest = None if backlog.oldest is None else spell(backlog.oldest)
    return (
        labelled(line.name, line.label), audience(line), line.state, backlog.waiting, backlog.in_flight,
        backlog.lanes, oldest, due(line), backlog.flying, backlog.again, line.dead_letters,
    )  # fmt: skip


def audience(line: DestinationStatus) -> str | None:
    """Name the audience, and say if it is a journey."""
    return f"{line.audience} (journey)" if line.journey else line.audience


def groups(lines: Iterable[DestinationStatus]) -> str:
    """Count audiences and journeys."""
    found = {(line.journey, line.audience) for line in lines if line.audience is not None}
    journeys = sum(journey for journey, _ in found)
    return f"{counted(len(found) - journeys, 'audience')}, {counted(journeys, 'journey')}"


def due(line: DestinationStatus) -> str | None:
    """Say when the next batch is due."""
    if line.stops or line.backlog.due is None:
        return None
    if line.backlog.due > 0:
        return f"in {spell(line.backlog.due)}"
    return "when allowed" if line.state == "throttled" else "now"


def limit(pace: Pace, catalog: Catalog, window: float) -> tuple[object, ...]:
    """Write the limits of one function; ``window``: seconds of a minute."""
    connector = labelled(pace.connector, catalog.label_of("connector", pace.connector))
    allowance = f"{pace.allowance:,} in {spell(pace.window)}" if pace.window > window else pace.allowance
    return (connector, pace.function, allowance, SOURCES[pace.source], pace.now, next_call(pace))


def stream(line: StreamStatus) -> tuple[object, ...]:
    """Write one source that is read on from a mark; its numbers are of the last run."""
    name, numbers = labelled(line.source.name, line.source.label), line.run.numbers or {}
    run = line.run.finished_at and f"{spell((line.at - line.run.finished_at).total_seconds())} ago"
    mark = None if line.mark_age is None else f"{spell(line.mark_age)} ago"
    counted = (numbers.get(key) for key in ("read", "changed", "activations"))
    return (name, line.state, run, mark, *counted)


def day_count(count: DayCount) -> tuple[object, ...]:
    """Write the calls of an account that counts by 24 hours."""
    use = f"{count.use.used:,} of {count.use.most:,} used"
    ours = f"{count.made:,} of {count.pace.most:,}"
    return (labelled(count.connector.name, count.connector.label), use, ours, drained(count))


def drained(count: DayCount) -> str:
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
