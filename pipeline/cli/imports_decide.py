"""``activation imports retry FILE`` and ``ignore FILE``."""

import json

import click

from pipeline.cli.row_id import ROW_ID
from pipeline.cli.tables import printable
from pipeline.event_files import ledger
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.runtime.stores import open_stores


@click.command()
@click.argument("file", type=ROW_ID)
@click.option("--json", "as_json", is_flag=True, help="Print the file as JSON.")
def retry(file: int, *, as_json: bool) -> None:
    """Let the next run fetch FILE again; what it counted already is not counted twice."""
    decide(file, "retry", as_json=as_json)


@click.command()
@click.argument("file", type=ROW_ID)
@click.option("--json", "as_json", is_flag=True, help="Print the file as JSON.")
def ignore(file: int, *, as_json: bool) -> None:
    """Let no run fetch FILE."""
    decide(file, "ignore", as_json=as_json)


def decide(number: int, verb: str, *, as_json: bool) -> None:
    """Change the state of a file, and say so."""
    with open_stores() as stores:
        found = ledger.find_file(stores.events, number)
        (ledger.retry_file if verb == "retry" else ledger.ignore_file)(stores.events, found)
        note_alone(
            stores.engine, person_at_terminal(), f"import.{verb}", f"import:{found.import_name}", str(number)
        )
        found = ledger.find_file(stores.events, number)
    if as_json:
        click.echo(json.dumps({"files": [{"id": found.id, "path": found.path, "state": found.state}]}))
        return
    then = f"the next run fetches it; at once: `activation imports run {found.import_name}`"
    click.echo(printable(f"{found.path}: {then if verb == 'retry' else 'it is not fetched'}"))
