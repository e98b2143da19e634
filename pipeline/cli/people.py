"""``activation people``: the ids and records by which a person is known, and the data kept of it."""

import json
from typing import Any

import click

from pipeline.cli.event_output import print_remark
from pipeline.cli.lazy_group import Group
from pipeline.cli.tables import printable, show
from pipeline.operate.activity import person_at_terminal
from pipeline.operate.people import explain_people
from pipeline.operate.profile_lookup import in_words
from pipeline.runtime.stores import open_stores
from pipeline.text.times import to_the_second

RECORDS = ("SOURCE", "RECORD", "AT", "STATE", "VALUES")
HISTORY = ("AT", "PAIR", "SIDE", "EVENT", "VALUE", "CODE")
ENTRIES = ("RULE", "RECORD", "STATE", "CHECK", "UNTIL")


@click.group(cls=Group)
def people() -> None:
    """People, whom records, RIIDs and addresses belong to."""


@people.command()
@click.argument("person", metavar="PERSON|ADDRESS|ID")
@click.argument("field", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def explain(context: click.Context, person: str, field: str | None, *, as_json: bool) -> None:
    """Show how a person is known, its records as last read, and what rules decided.

    The person is named by person:NUMBER, an address, an id of Salesforce or a RIID; FIELD shows one value
    alone, with its readings, decisions, writes and verdicts in pairs; one that nothing has is refused. That
    it was looked at is kept as an activity, without the name. Exits with 2 if nothing is known.

    `activation trace person:NUMBER` shows what was sent.
    """
    with open_stores() as stores:
        found = explain_people(stores, person_at_terminal(), person, field)
    if not found:
        print_remark("Nothing is known of this person.")
        context.exit(2)
    for one in found:
        if as_json:
            click.echo(json.dumps(one, indent=2 if len(found) == 1 else None, ensure_ascii=False))
        else:
            print_person(one)


def print_person(document: dict[str, Any]) -> None:
    """Print one person for people."""
    click.echo(document["person"])
    names = [(one["kind"], one["scope"], one["label"] or one["value"]) for one in document["handles"]]
    show(("HANDLE", "OF", "VALUE"), [tuple(printable(text) for text in row) for row in names])
    if document["records"]:
        click.echo()
        show(RECORDS, [record_row(one) for one in document["records"]])
    if document["entries"]:
        click.echo()
        show(ENTRIES, [entry_row(one) for one in document["entries"]])
    if document.get("history"):
        click.echo()
        show(HISTORY, [history_row(one) for one in document["history"]])


def entry_row(one: dict[str, Any]) -> list[Any]:
    """Return the cells of an entry."""
    return [one["rule"], one["record"], one["state"], one["check"], to_the_second(one["until"])]


def record_row(one: dict[str, Any]) -> list[Any]:
    """Return the cells of a record."""
    values = "; ".join(f"{name}: {in_words(value)}" for name, value in one["values"].items())
    return [one["source"], one["record"], to_the_second(one["stamp"]), state_of(one), printable(values)]


def history_row(one: dict[str, Any]) -> list[Any]:
    """Return the cells of an event of a pair's field."""
    value = "" if one["value"] is None else printable(in_words(one["value"]))
    return [to_the_second(one["at"]), one["pair"], one["side"], one["event"], value, one["code"]]


def state_of(one: dict[str, Any]) -> str:
    """Return the state of a record of a person: gone, in a conflict, primary, or "" for any other record."""
    if one["gone"]:
        return "gone"
    if one["conflict"]:
        return f"conflict {one['conflict']}"
    return "primary" if one["primary"] else ""
