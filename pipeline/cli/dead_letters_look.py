"""``activation dead-letters list`` and ``show``: look at rows that were not delivered."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from pipeline.cli.dead_letter_options import choosing, filter_of, proving
from pipeline.cli.row_id import LARGEST
from pipeline.cli.tables import show
from pipeline.errors import Misconfigured
from pipeline.operate.letters import with_activation, without_activation
from pipeline.records.shown_names import ShownNames, read_shown_names
from pipeline.runtime.stores import open_stores
from pipeline.settle import dead_letters as letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.settle.letter_sums import count_by_code
from pipeline.text.durations import spell
from pipeline.text.escapes import printable

STATES = ("open", "replayed", "dropped", "resolved", "all")
HEADERS = ("ID", "AGE", "STATE", "DESTINATION", "AUDIENCE", "PROFILE", "CODE", "DETAIL")


@click.command("list")
@choosing
@proving
@click.option(
    "--state", type=click.Choice(STATES), default="open", show_default=True, help="What became of them."
)
@click.option(
    "--limit", type=click.IntRange(1, LARGEST), default=50, show_default=True, help="Show at most so many."
)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, without what was to be sent.")
def list_(state: str, limit: int, as_json: bool, **chosen: Any) -> None:
    """Show dead letters, newest first, and how many there are by code and destination."""
    wanted = filter_of(chosen, state=None if state == "all" else state)
    with open_stores() as stores:
        by_code = count_by_code(stores.engine, wanted)
        found = letters.find_letters(stores.engine, wanted, limit)
        names = read_shown_names(stores.engine)
    count = sum(amount for _, _, amount in by_code)
    if as_json:
        document = {"count": count, "dead_letters": [without_activation(letter) for letter in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_text(found, names, count, "" if state == "all" else f"{state} ")
        if count:
            click.echo()
            rows = [(code, names.destination(name), n) for name, code, n in by_code]
            show(("CODE", "DESTINATION", "DEAD LETTERS"), rows)


@click.command("show")
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show_one(id_: str, as_json: bool) -> None:
    """Show one dead letter with all that was to be sent, personal data among it."""
    with open_stores() as stores:
        found = letters.find_letters(stores.engine, Filter(ids=(id_,), state=None))
        names = read_shown_names(stores.engine)
    if not found:
        raise Misconfigured(
            f'there is no dead letter "{id_}"; `activation dead-letters list` shows their ids'
        )
    document = with_activation(found[0])
    click.echo(json.dumps(document, indent=2, ensure_ascii=False) if as_json else to_text(document, names))


def print_text(found: list[DeadLetter], names: ShownNames, count: int, state: str) -> None:
    """Show letters to a person."""
    if not count:
        click.echo(f"There is no {state}dead letter that matches.")
        return
    show(HEADERS, [letter_cells(letter, names) for letter in found])
    noun = "dead letter" if count == 1 else "dead letters"
    shown = "" if len(found) == count else f"; the newest {len(found):,} are shown, --limit shows more"
    click.echo(f"\n{count:,} {state}{noun}{shown}.")


def letter_cells(letter: DeadLetter, names: ShownNames) -> tuple[object, ...]:
    """Write one letter."""
    return (
        letter.id, letter_age(letter), letter.state, names.destination(letter.destination),
        names.audience(letter.audience), letter.profile_id, letter.code, detail_text(letter),
    )  # fmt: skip


def detail_text(letter: DeadLetter) -> str:
    """Return a letter's detail, and its finding in event files if there is one."""
    return "; ".join(filter(None, (letter.detail, letter.finding)))


def letter_age(letter: DeadLetter) -> str:
    """Say how long ago it was written."""
    now = datetime.now(UTC)
    return spell((now - (letter.created_at or now)).total_seconds())


def to_text(document: Mapping[str, Any], names: ShownNames) -> str:
    """Show a letter to a person."""
    shown = {
        **document,
        "destination": names.destination(document["destination"]),
        "audience": names.audience(document["audience"]),
    }
    lines = [
        f"{name.replace('_', ' ') + ':':<13} {'-' if value in (None, '') else printable(str(value))}"
        for name, value in shown.items()
        if name != "activation"
    ]
    activation = json.dumps(document["activation"], indent=2, ensure_ascii=False).splitlines()
    return "\n".join([*lines, "activation:", *(f"  {printable(line)}" for line in activation)])
