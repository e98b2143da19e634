"""Consents printed for people."""

from typing import Any

import click

from pipeline.cli.tables import printable, show
from pipeline.operate.consent_refusals import verdicts_in_words
from pipeline.text.plural import counted
from pipeline.text.times import to_the_second

STATEMENTS = ("AT", "WISH", "BY", "SOURCE", "EPOCH", "TOLD", "EVIDENCE")
TOLD = ("DESTINATION", "WAS TOLD", "AT", "ANSWERED", "KNOWS SINCE", "VERDICT")
NOT_SENT = ("AT", "DESTINATION", "AUDIENCE", "DEAD LETTER")
PARITY = ("CONSENTS", "OUT IN", "ADDRESS", "WHERE", "SINCE", "VERDICT")


def print_consent(one: dict[str, Any]) -> None:
    """Print the history of one address in one channel: its statements, and the systems that were told."""
    who = one["person"] or "nobody who is known"
    click.echo(f"{one['channel']}: {one['status']} since {to_the_second(one['since'])} ({who})")
    click.echo(f"address {one['address']}, epoch {one['epoch']}")
    for number in one["conflicts"]:
        click.echo(f"conflict {number} is open: `activation conflicts show {number}`")
    click.echo()
    show(STATEMENTS, [statement_row(each) for each in one["statements"]])
    if one["told"]:
        click.echo()
        words = verdicts_in_words(one["told"])
        show(TOLD, [told_row(each, word) for each, word in zip(one["told"], words, strict=True)])
    if one["not_sent"]:
        click.echo("\nNot sent because of it:")
        names = ("at", "destination", "audience", "dead_letter")
        show(
            NOT_SENT,
            [[to_the_second(each["at"]), *(each[name] for name in names[1:])] for each in one["not_sent"]],
        )


def statement_row(one: dict[str, Any]) -> list[Any]:
    """Return the cells of a statement."""
    evidence = "erased" if one["evidence"] is None else in_words(one["evidence"])
    names = ("wish", "kind", "source", "epoch", "effect")
    return [to_the_second(one["at"]), *(one[name] for name in names), printable(evidence)]


def told_row(one: dict[str, Any], verdict: str) -> list[Any]:
    """Return the cells of a destination."""
    times = [to_the_second(one[name]) for name in ("sent_at", "answered_at", "known_at")]
    return [one["destination"], one["status"], *times, verdict]


def in_words(evidence: dict[str, Any]) -> str:
    """Write an evidence on one line."""
    return ", ".join(f"{name} {value}" for name, value in evidence.items())


def print_parity(found: dict[str, Any]) -> None:
    """Print addresses that are out on one side only, and whether the chain of statements holds."""
    if found["parity"]:
        show(PARITY, [parity_row(one) for one in found["parity"]])
    else:
        click.echo("Nobody is out on one side only.")
    chain = found["chain"]
    if fault := chain["fault"]:
        click.echo(f"The chain is broken at statement {fault['statement']}: {fault['reason']}.")
    else:
        click.echo(f"The chain of {counted(chain['statements'], 'statement')} holds.")


def parity_row(one: dict[str, Any]) -> list[Any]:
    """Return the cells of a difference."""
    where = one.get("destination") or f"{one['source']} {one['record']}"
    rest = (to_the_second(one.get("since")), one.get("verdict"))
    return [one["consents"], one["out_in"], one["address"], where, *rest]
