"""Text of ``activation sync --source`` for a source that is read on from its mark."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from pipeline.cli.dry_run_text import NOTHING_SENT
from pipeline.cli.guards import CONFIRM, options_for
from pipeline.snapshots.concerns import Concern
from pipeline.streams.stream_run import StreamOutcome
from pipeline.text.plural import counted

OF_EVENTS = {
    "put_off": "put off",
    "left_out": "left out",
    "in_future": "left out, for they are in the future",
}


def show_stream(outcome: StreamOutcome, *, dry_run: bool, as_json: bool) -> int:
    """Print the outcome; return the exit code: 1 when some activations were refused."""
    if as_json:
        click.echo(json.dumps(stream_document(outcome, dry_run=dry_run), indent=2))
    else:
        for line in lines_of(outcome):
            click.echo(line)
        if dry_run:
            click.echo(NOTHING_SENT, err=True)
            tell_concerns(outcome.concerns, "It would need {options}.")
    return 1 if outcome.counts.refused else 0


def show_unconfirmed(source: str, concerns: Sequence[Concern], *, as_json: bool) -> int:
    """Print the concerns for which nothing was sent; return the exit code."""
    if as_json:
        found = [asdict(concern) for concern in concerns]
        click.echo(json.dumps({"source": source, "sent": 0, "concerns": found}, indent=2))
    tell_concerns(concerns, CONFIRM)
    return 2


def tell_concerns(concerns: Sequence[Concern], way_out: str) -> None:
    """Print concerns, and ``way_out`` with the options that confirm them."""
    for concern in concerns:
        click.echo(f"✗ {concern.text}", err=True)
    if concerns:
        click.echo(way_out.format(options=options_for(concerns)), err=True)


def lines_of(outcome: StreamOutcome) -> list[str]:
    """Return the outcome in words."""
    counts = outcome.counts
    found = [str(outcome)]
    if counts.gone:
        found.append(f"{counts.gone:,} of the changed ones were deleted or merged")
    if outcome.is_baseline:
        found.append("It is a baseline: no rule fires for these records.")
    found += [
        f"{amount:,} {text}" for name, text in OF_EVENTS.items() if (amount := getattr(counts, name, 0))
    ]
    if counts.refused:
        found.append(f"{counted(counts.refused, 'activation')} refused: a value breaks a rule")
    return found


def stream_document(outcome: StreamOutcome, *, dry_run: bool) -> dict[str, Any]:
    """Return everything for a program."""
    return {
        "source": outcome.source,
        "dry_run": dry_run,
        "baseline": outcome.is_baseline,
        "full": outcome.is_full,
        **asdict(outcome.counts),
        "sent": outcome.sent,
        **({"concerns": [asdict(one) for one in outcome.concerns]} if outcome.concerns else {}),
    }
