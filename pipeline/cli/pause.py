"""``activation pause`` and ``resume``: stop sending for a while, keep the queue."""

import click

from pipeline.cli.record_names import resolve_name
from pipeline.errors import Misconfigured
from pipeline.operate.activity import person_at_terminal
from pipeline.operate.consent_bursts import release_bursts
from pipeline.operate.pausing import Paused, pause_record, resume_record
from pipeline.records.catalog import Catalog, Scope
from pipeline.records.stops import remedy
from pipeline.runtime.stores import Stores, open_stores
from pipeline.text.durations import spell
from pipeline.text.escapes import printable
from pipeline.text.labels import labelled
from pipeline.text.messages import unknown
from pipeline.text.plural import counted

NAME = "CONNECTOR|DESTINATION|IMPORT"
CONSENTS = "consents:"


@click.command()
@click.argument("name", metavar=NAME)
@click.option("--reason", default="", metavar="TEXT", help="Shown to whoever wonders why nothing is sent.")
def pause(name: str, reason: str) -> None:
    """Stop sending for a connector or a destination, or fetching for an import; what waits is kept.

    Write connector:NAME, destination:NAME or import:NAME when there are several. Calls under way come to
    their end.
    """
    with open_stores() as stores:
        client = stores.redis  # before anything changes, and to see that it belongs to the records
        catalog = stores.records.load()
        scope, record = resolve_record(catalog, name)
        paused = pause_record(stores.records, client, person_at_terminal(), scope, record, reason)
    if paused.changed:
        text = f"{record_text(catalog, scope, record)} is paused; {waiting_text(paused, scope)}."
        click.echo(f"{printable(text)} To go on: `activation resume {name}`")
    else:
        click.echo(f"{printable(str(paused.before))}. Nothing was changed.")


@click.command()
@click.argument("name", metavar=f"{NAME}|consents:NAME")
def resume(name: str) -> None:
    """Send or fetch again for a record that was paused, or held after an answer or after failures.

    Write connector:NAME, destination:NAME or import:NAME when there are several. consents:NAME passes on what
    was held back because so many opted out at once.
    """
    with open_stores() as stores:
        client = stores.redis  # before anything changes, and to see that it belongs to the records
        catalog = stores.records.load()
        if name.startswith(CONSENTS):
            resume_consents(stores, catalog, name.removeprefix(CONSENTS))
            return
        scope, record = resolve_record(catalog, name)
        resumed = resume_record(stores.records, client, person_at_terminal(), scope, record)
    text, was = record_text(catalog, scope, record), resumed.before
    if was:
        reason = f": {was.reason}" if was.reason else ""
        text += f" goes on; {waiting_text(resumed, scope)}. It was {was.kind} {was.duration}{reason}"
    elif resumed.refused_for:
        left = spell(resumed.refused_for)
        text += f" goes on; {waiting_text(resumed, scope)}. Its limit had put calls off for another {left}."
    else:
        text += f" was neither paused nor held; {waiting_text(resumed, scope)}."
    click.echo(printable(text))
    for stop in resumed.stops:
        click.echo(printable(f"But {stop}: {remedy(catalog, stop)}"))


def resume_consents(stores: Stores, catalog: Catalog, name: str) -> None:
    """Pass on the wishes that bursts of opting out have held back, and print their number."""
    if name not in catalog.consents:
        raise Misconfigured(unknown("consents", name, catalog.consents))
    released = release_bursts(stores, person_at_terminal(), name)
    for burst in released.bursts:
        click.echo(f'{burst.amount:,} people had opted out within an hour by source "{burst.source}".')
    if released.bursts:
        amount = counted(released.activations, "activation goes", "activations go")
        click.echo(f'consents "{name}" are passed on again; {amount} out.')
    else:
        click.echo(f'consents "{name}" were not held.')


def resolve_record(catalog: Catalog, name: str) -> tuple[Scope, str]:
    """Find the one record that is meant; raises Misconfigured when there is none, or more than one."""
    scopes: dict[Scope, set[str]] = {
        "connector": {*catalog.connectors},
        "destination": {*catalog.destinations},
        **({"import": {*catalog.imports}} if catalog.imports else {}),
    }
    return resolve_name(scopes, name)


def record_text(catalog: Catalog, scope: Scope, name: str) -> str:
    """Name a record with its label."""
    return labelled(f'{scope} "{name}"', catalog.label_of(scope, name))


def waiting_text(paused: Paused, scope: Scope) -> str:
    """Return the number of rows that wait for the record; for an import, what becomes of its files."""
    if scope == "import":
        return "its files stay at the server meanwhile" if paused.stops else "the next run is due"
    return counted(paused.rows_waiting, "row waits", "rows wait")
