"""``activation dead-letters settle``: look e-mails without an answer up in event files, now."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import click

from pipeline.cli.tables import printable
from pipeline.evidence.settling import Settled
from pipeline.operate.activity import note_alone, person_at_terminal
from pipeline.runtime.clients import Clients
from pipeline.runtime.email_evidence import EmailEvidence
from pipeline.runtime.stores import open_stores
from pipeline.text.plural import counted

NOTHING = "No e-mail waits for an outcome."


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
def settle(as_json: bool) -> None:
    """Look e-mails without an answer up in event files, and settle those that events tell of.

    Workers do so after each run of an import and every five minutes. Events (custom_event) have no such files
    and stay a person's decision.
    """
    with open_stores() as stores:
        stores.require_key()
        clients = Clients(stores.settings, stores.redis, stores.vault)
        window = stores.settings.limit_window
        with closing(clients):
            evidence = EmailEvidence(stores.redis, stores.engine, lambda: stores.events, clients, window)
            settled = evidence.run(stores.records.load())
        if settled.resolved or settled.not_sent:
            note_alone(stores.engine, person_at_terminal(), "dead_letters.settle", detail=detail(settled))
    click.echo(
        json.dumps(settled_document(settled), indent=2, ensure_ascii=False)
        if as_json
        else settled_text(settled)
    )


def settled_document(settled: Settled) -> dict[str, Any]:
    """Return the numbers for programs."""
    return {
        "looked_up": settled.looked_up,
        "resolved": dict(sorted(settled.resolved.items())),
        "not_sent": settled.not_sent,
        "undecided": dict(sorted(settled.undecided.items())),
    }


def settled_text(settled: Settled) -> str:
    """Write the numbers for a person."""
    return "\n".join(map(printable, settled_lines(settled))) if settled.looked_up else NOTHING


def settled_lines(settled: Settled) -> Iterator[str]:
    """Yield a line for each kind of result."""
    yield f"{counted(settled.looked_up, 'e-mail')} without an answer looked up."
    for outcome, amount in sorted(settled.resolved.items()):
        yield f"{counted(amount, 'dead letter')} resolved: {outcome}."
    if settled.not_sent:
        yield (
            f"{counted(settled.not_sent, 'dead letter')} not sent: safe to replay, "
            "with `activation dead-letters replay --proven`."
        )
    for reason, amount in settled.undecided.most_common():
        yield f"{counted(amount, 'dead letter')} undecided: {reason}."


def detail(settled: Settled) -> str:
    """Write the numbers for the activity."""
    return f"{sum(settled.resolved.values()):,} resolved, {settled.not_sent:,} not sent"
