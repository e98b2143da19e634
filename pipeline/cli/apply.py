"""``activation apply`` and ``export``: records from and to TOML."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

import click
import redis
from sqlalchemy import Engine

from pipeline.cli.reading import records_to_read
from pipeline.event_files.spools import empty_spools
from pipeline.operate.activity import note, person_at_terminal
from pipeline.operate.checking_keys import read_connectors, unusable_keys_of
from pipeline.operate.event_columns import refuse_unknown_columns
from pipeline.records import configuration, mirror
from pipeline.records.catalog import Catalog, Scope
from pipeline.records.changes import Change, Changes
from pipeline.records.documents import Documents
from pipeline.records.stops import Stop, remedy, stop_of
from pipeline.runtime.stores import Stores, open_stores
from pipeline.settings import Settings
from pipeline.text import toml
from pipeline.text.escapes import printable

ALL_AT_ONCE = "To resume all of these, apply again with --resume."


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--prune", is_flag=True, help="Also remove what is stored and not in FILE.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--resume", is_flag=True, help="Send again for what is in FILE and was held.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
def apply(file: str, prune: bool, dry_run: bool, resume: bool, as_json: bool) -> None:
    """Bring in the connectors, destinations, sources and all other records of FILE (- is standard input).

    FILE is TOML. Nothing is changed when anything is wrong with it. A connector or destination that an answer
    of Responsys held stays held until it is resumed.
    """
    with open_stores() as stores:
        stored = stores.records.names("connectors")
        sources = stores.records.names("sources")
        channels = stores.records.names("channels")
        mappings = stores.records.names("mappings")
        wanted = configuration.read_configuration(
            file, stores.settings.environ, stored, sources, channels, mappings, stores.records.connector_kinds
        )
        refuse_unknown_columns(lambda: stores.events_if_any, wanted)
        client = None if dry_run else stores.redis  # before anything changes
        changes = stores.records.apply(wanted, prune=prune, dry_run=dry_run)
        sentences = [] if client is None else publish(stores, client, changes, resume=resume)
        sentences += unusable_keys_in(wanted, changes, stores.settings)
        if folder := stores.settings.default_data_dir:
            sentences.append(folder)
    click.echo(json.dumps(asdict(changes), indent=2) if as_json else changes_text(changes))
    for sentence in sentences:
        click.echo(sentence, err=True)
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON rather than TOML.")
def export(as_json: bool) -> None:
    """Write all records as TOML, without secrets; `apply` keeps those it has."""
    with open_stores() as stores:
        exported = records_to_read(stores).export()
    click.echo(json.dumps(exported, indent=2) if as_json else toml.dumps(exported), nl=as_json)


def unusable_keys_in(wanted: Documents, changes: Changes, settings: Settings) -> list[str]:
    """Return a sentence for each new key of a connector that cannot be read."""
    new = {*changes.connectors.created, *changes.connectors.updated}
    documents = {name: one for name, one in wanted.get("connectors", {}).items() if name in new}
    return list(unusable_keys_of(read_connectors(documents), settings))


def publish(stores: Stores, client: redis.Redis, changes: Changes, *, resume: bool) -> list[str]:
    """Make changes known to workers and in the activity; return sentences about records that are stopped."""
    catalog = mirror.refresh(client, stores.records)
    note_changes(stores.engine, changes)
    if changes.imports.removed:
        empty_spools(stores.engine, stores.settings.data_dir, kept=catalog.imports)
    paused = [still_stopped(catalog, stop) for stop in paused_in(catalog, changes)]
    held = held_in(catalog, changes)
    if not held:
        return paused
    if not resume:
        return [*(still_stopped(catalog, stop) for stop in held), ALL_AT_ONCE, *paused]
    resume_all(stores, held)
    mirror.refresh(client, stores.records)
    resumed = [f"{stop.record} goes on; it was held {stop.duration}: {stop.reason}" for stop in held]
    return [*map(printable, resumed), *paused]


def held_in(catalog: Catalog, changes: Changes) -> list[Stop]:
    """Return the holds of the connectors and destinations that a file names."""
    scopes: dict[Scope, Change] = {"connector": changes.connectors, "destination": changes.destinations}
    names = {scope: {*each.created, *each.updated, *each.unchanged} for scope, each in scopes.items()}
    return stops_among(catalog, names, "held")


def paused_in(catalog: Catalog, changes: Changes) -> list[Stop]:
    """Return the pauses of the records that a file changed; ``--resume`` does not end a person's pause."""
    scopes: dict[Scope, Change] = {
        "connector": changes.connectors, "destination": changes.destinations, "import": changes.imports,
    }  # fmt: skip
    names = {scope: {*each.created, *each.updated} for scope, each in scopes.items()}
    return stops_among(catalog, names, "paused")


def stops_among(catalog: Catalog, names: Mapping[Scope, Iterable[str]], kind: str) -> list[Stop]:
    """Return the stops of one kind of the records of these names, by scope."""
    stops = [stop_of(catalog, scope, name) for scope, found in names.items() for name in sorted(found)]
    return [stop for stop in stops if stop and stop.kind == kind]


def resume_all(stores: Stores, held: list[Stop]) -> None:
    """End the holds, and note it."""
    for stop in held:
        stores.records.release(stop.scope, stop.name)
    with stores.engine.begin() as connection:
        for stop in held:
            note(connection, person_at_terminal(), f"{stop.scope}.resume", f"{stop.scope}:{stop.name}")


def still_stopped(catalog: Catalog, stop: Stop) -> str:
    """Write a sentence about a hold or pause, and the way out of it."""
    reason = f": {stop.reason}" if stop.reason else ""
    text = printable(f"{stop.record} is still {stop.kind} {stop.duration}{reason}")
    return f"{text}\n  → {remedy(catalog, stop)}"


def note_changes(engine: Engine, changes: Changes) -> None:
    """Write an activity for each record that was stored or removed."""
    actor = person_at_terminal()
    with engine.begin() as connection:
        for section, change in vars(changes).items():
            scope = section.removesuffix("s")
            for name in (*change.created, *change.updated):
                note(connection, actor, f"{scope}.put", f"{scope}:{name}")
            for name in change.removed:
                note(connection, actor, f"{scope}.delete", f"{scope}:{name}")


def changes_text(changes: Changes) -> str:
    """Write one line for each record."""
    lines = [
        f"{what:<10} {section}.{name}"
        for section, change in asdict(changes).items()
        for what, names in change.items()
        for name in names
    ]
    return "\n".join(lines) or "There is nothing in this file."
