"""``activation conflicts``: questions that only a person can answer, and the answers."""

import json
from typing import Any

import click

from pipeline.cli.confirm import confirmed, refuse_unasked
from pipeline.cli.lazy_group import Group
from pipeline.cli.people import RECORDS, record_row
from pipeline.cli.row_id import ROW_ID
from pipeline.cli.tables import printable, show
from pipeline.operate.activity import person_at_terminal
from pipeline.operate.conflicts import read_conflicts, settle_conflict, show_conflict
from pipeline.operate.paging import Page
from pipeline.operate.profile_lookup import in_words
from pipeline.runtime.stores import open_stores
from pipeline.text.times import to_the_second

HEADERS = ("ID", "KIND", "WHOSE", "OTHER", "RECORD", "SUGGESTION", "SETTLED", "AT")
KINDS = {
    "family_name": "one address comes with two family names",
    "handles": "handles that came together name different people",
    "consent": "a box of opting out was cleared in Salesforce, though the person is out",
    "pair": "both sides of a field changed, or automations work against each other",
}
TOLD = "Both sides are told by a worker."
NEXT = "Its records are written by when they change or all is read: `activation sync --source NAME --full`."
FOLLOWING = {"consent": TOLD, "pair": "What differs is written with the next run of its source."}
FIELD = ("PAIR", "FIELD", "REASON", "SALESFORCE", "RESPONSYS")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group(cls=Group)
def conflicts() -> None:
    """Questions that only a person answers.

    Which records are one person, whether a wish still holds, and which side of a pair is right.
    """


@conflicts.command("list")
@click.option("--all", "settled", is_flag=True, help="Also those that are settled.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)
@AS_JSON
def list_(*, settled: bool, limit: int, as_json: bool) -> None:
    """Show open conflicts, newest first. By records in one nothing is written."""
    with open_stores() as stores:
        found = read_conflicts(stores, Page(limit), settled=settled)["conflicts"]
    if as_json:
        click.echo(json.dumps({"conflicts": found}, indent=2, ensure_ascii=False))
    elif found:
        show(HEADERS, [conflict_row(one) for one in found])
    else:
        click.echo("There is no conflict." if settled else "There is no open conflict.")


@conflicts.command("show")
@click.argument("number", metavar="ID", type=ROW_ID)
@AS_JSON
def show_one(number: int, *, as_json: bool) -> None:
    """Show a conflict, with the records of both people. That it was looked at is kept as an activity."""
    with open_stores() as stores:
        found = show_conflict(stores, person_at_terminal(), number)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    show(HEADERS, [conflict_row(found)])
    handles = found["values"]["handles"]
    click.echo(f"\n{KINDS.get(found['kind'], found['kind'])}{':' if handles else ''}")
    if found["kind"] == "pair":
        show(FIELD, [[printable(in_words(found["values"][name.lower()])) for name in FIELD]])
    if handles:
        show(
            ("HANDLE", "OF", "VALUE", "NAMES"),
            [[one[name] for name in ("kind", "scope", "value", "person")] for one in handles],
        )
    for person, records in found["records"].items():
        click.echo(f"\n{person}")
        show(RECORDS, [record_row(one) for one in records])


@conflicts.command()
@click.argument("number", metavar="ID", type=ROW_ID)
@click.argument("answer", required=False, metavar="[ANSWER]")
@click.option(
    "--yes", is_flag=True, help="Do not ask; needed where nobody can be asked, such as in a script."
)
@AS_JSON
def settle(number: int, answer: str | None, *, yes: bool, as_json: bool) -> None:
    """Settle a conflict: the two are the same person, or they are apart; without an answer as suggested.

    person:NUMBER says that the one whose conflict it is, is that person. A conflict of a consent has the
    answers out and in; a field of a pair salesforce or responsys, the side whose value both get, or
    value:TEXT. It is kept as an activity.
    """
    with open_stores() as stores:
        if not (yes or answer) and not confirm_settling(number):
            return
        found = settle_conflict(stores, person_at_terminal(), number, answer)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        following = FOLLOWING.get(found["kind"], NEXT)
        click.echo(f"Conflict {number} is settled: {found['settled']}. {following}")


def confirm_settling(number: int) -> bool:
    """Ask whether to settle as suggested; raises Misconfigured if no person can be asked."""
    refuse_unasked(f"settle conflict {number} as suggested", "give an answer, or add --yes")
    return confirmed(f"Settle conflict {number} as suggested?")


def conflict_row(one: dict[str, Any]) -> list[Any]:
    """Return the cells of a conflict."""
    names = ("id", "kind", "whose", "other")
    rest = (one["values"]["record"], one["suggestion"], one["settled"], to_the_second(one["at"]))
    return [*(one[name] for name in names), *rest]
