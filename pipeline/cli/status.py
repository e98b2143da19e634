"""``activation status``: troubles first, then intake, destinations and limits."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from pipeline.cli.reading import records_to_read
from pipeline.cli.status_tables import print_tables
from pipeline.model.shard import SHARDS
from pipeline.operate.consent_status import read_consents
from pipeline.operate.open_questions import read_questions
from pipeline.operate.status.document import document
from pipeline.operate.status.status import Status, read_status
from pipeline.operate.status.trouble import Trouble
from pipeline.operate.status.troubles import troubles
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import Stores, open_stores
from pipeline.stores.redis_health import Server
from pipeline.text.escapes import printable
from pipeline.text.sizes import spell as spell_size

if TYPE_CHECKING:
    from pipeline.operate.imports import ImportStatus
    from pipeline.operate.stream_status import StreamStatus

MARKS = {False: ("✗", "red"), True: ("…", "yellow")}  # by whether it passes


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Print everything as JSON; lengths of time are seconds."
)
def status(as_json: bool) -> None:
    """Show what is wrong, what waits where, and how fast it may go out."""
    with open_stores() as stores:
        catalog = records_to_read(stores).load()
        imports = imports_of(stores, catalog)
        window = stores.settings.limit_window
        streams = streams_of(stores, catalog)
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


def imports_of(stores: Stores, catalog: Catalog) -> tuple["ImportStatus", ...]:
    """Read the status of imports; without any, their modules are not imported."""
    if not catalog.imports:
        return ()
    from pipeline.operate.imports import read_imports

    return read_imports(stores.redis, stores.engine, stores.events, catalog)


def streams_of(stores: Stores, catalog: Catalog) -> tuple["StreamStatus", ...]:
    """Read the status of streams; without any, their modules are not imported."""
    if not any(source.is_stream for source in catalog.sources.values()):
        return ()
    from pipeline.operate.stream_status import read_streams

    return read_streams(lambda: stores.events_if_any, catalog)


def print_text(found: Status, window: float) -> None:
    """Show all of it to a person."""
    print_troubles(troubles(found))
    click.echo(f"\nWorkers: {'seen just now' if found.workers_seen else 'none seen'}; {queues_text(found)}")
    click.echo(f"Intake: {intake_text(found)}")
    click.echo(f"Redis: {memory_text(found.server)}")
    print_tables(found, window)


def print_troubles(found: Iterable[Trouble]) -> None:
    """Print every trouble with the way out of it."""
    lines = [line for trouble in found for line in trouble_lines(trouble)]
    click.echo("\n".join(lines) if lines else f"{click.style('✓', fg='green')} Nothing is wrong.")


def trouble_lines(trouble: Trouble) -> tuple[str, str]:
    """Write one trouble."""
    mark, colour = MARKS[trouble.passing]
    return f"{click.style(mark, fg=colour)} {printable(trouble.text)}", f"  → {trouble.remedy}"


def queues_text(found: Status) -> str:
    """Count the doorbells that no worker has answered yet."""
    waiting = [f"{length:,} in {name}" for name, length in found.queues.items() if length]
    odd = [f"{amount:,} {kind.replace('_', ' ')}" for kind, amount in found.messages.items() if amount]
    return "; ".join([f"messages queued: {', '.join(waiting) or 'none'}", *odd])


def memory_text(server: Server) -> str:
    """Say how full the server is."""
    if server.limit:
        return f"{spell_size(server.used)} of {spell_size(server.limit)} used ({server.share:.0%})"
    return f"{spell_size(server.used)} used, no maxmemory"


def intake_text(found: Status) -> str:
    """Count the entries not accepted yet, and name the fullest shard."""
    shards = found.intake.shards
    if not shards:
        return "empty"
    fullest = max(shards, key=lambda shard: shards[shard])
    where = f"in {len(shards)} of {SHARDS} shards, {shards[fullest]:,} of them in shard {fullest}"
    return f"{found.intake.waiting:,} waiting to be accepted, {where}"
