"""``activation imports list``: the state of each import, its last run and the files it has."""

import json

import click

from pipeline.cli.reading import records_to_read
from pipeline.cli.tables import show
from pipeline.operate.crowds import crowd_notes
from pipeline.operate.imports import ImportStatus, read_imports
from pipeline.runtime.stores import open_stores
from pipeline.text.labels import labelled
from pipeline.text.times import rfc3339

HEADERS = ("IMPORT", "STATE", "LAST SUCCESS", "WAITING", "FAILED", "EVENTS OF A DAY", "LAST ERROR")


@click.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_(*, as_json: bool) -> None:
    """Show each import: state, last success, waiting files, events of a day, and its last error."""
    with open_stores() as stores:
        catalog = records_to_read(stores).load()
        found = read_imports(stores.redis, stores.engine, stores.events, catalog)
    if as_json:
        click.echo(json.dumps({"imports": [one.document() for one in found]}, indent=2, ensure_ascii=False))
    elif found:
        show(HEADERS, [import_cells(one) for one in found])
        for text, way_out in crowd_notes(found):
            click.echo(f"{text}: {way_out}.")
    else:
        click.echo("There is no import: bring one in with `activation apply FILE`.")


def import_cells(one: ImportStatus) -> list[object]:
    """Return one import for people."""
    success = one.run.succeeded_at
    events = ", ".join(f"{feed} {amount:,}" for feed, amount in one.events.items())
    step = f": {one.run.step}" if one.run.step else ""
    return [
        labelled(one.name, one.record.label),
        f"{one.state}{step}",
        success and rfc3339(success.replace(microsecond=0)),
        one.waiting,
        one.files.get("failed", 0),
        events,
        one.reason,
    ]
