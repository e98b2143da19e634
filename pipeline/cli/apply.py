"""``activation apply`` and ``export``: records from and to TOML."""

import json
from dataclasses import asdict

import click

from pipeline.records import configuration, mirror
from pipeline.records.changes import Changes
from pipeline.runtime.stores import open_stores
from pipeline.text import toml


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--prune", is_flag=True, help="Also remove what is stored and not in FILE.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
def apply(file: str, prune: bool, dry_run: bool, as_json: bool) -> None:
    """Bring in the connectors, destinations and sources of FILE (TOML; - is standard input).

    Nothing is changed when anything is wrong with it.
    """
    with open_stores() as stores:
        stored = stores.records.names("connectors")
        sources = stores.records.names("sources")
        wanted = configuration.read_configuration(file, stores.settings.environ, stored, sources)
        redis = None if dry_run else stores.redis  # before anything changes
        changes = stores.records.apply(wanted, prune=prune, dry_run=dry_run)
        if redis is not None:
            mirror.refresh(redis, stores.records)
    click.echo(json.dumps(asdict(changes), indent=2) if as_json else table(changes))
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON rather than TOML.")
def export(as_json: bool) -> None:
    """Write all connectors, destinations and sources as TOML, without secrets; `apply` keeps those it has."""
    with open_stores() as stores:
        exported = stores.records.export()
    click.echo(json.dumps(exported, indent=2) if as_json else toml.dumps(exported), nl=as_json)


def table(changes: Changes) -> str:
    """Write one line for each record."""
    lines = [
        f"{what:<10} {section}.{name}"
        for section, change in asdict(changes).items()
        for what, names in change.items()
        for name in names
    ]
    return "\n".join(lines) or "There is nothing in this file."
