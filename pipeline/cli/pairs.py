"""``activation pairs``: values of both sides, the writes that would follow, and taking one side for all."""

import csv
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TextIO

import click

from pipeline.cli.lazy_group import Group
from pipeline.cli.reading import records_to_read
from pipeline.cli.row_id import LARGEST
from pipeline.cli.tables import printable, show
from pipeline.errors import Misconfigured
from pipeline.operate.activity import person_at_terminal
from pipeline.operate.pairs import PairLook, difference_document, find_pair, list_pairs, take_side
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.runtime.stores import open_stores
from pipeline.text.plural import counted

HEADERS = ("PERSON", "FIELD", "SALESFORCE", "RESPONSYS", "STATE", "TO", "VALUE", "WHY")
KEYS = [name.lower() for name in HEADERS]
FORMULA = re.compile(r"[=+\-@\t\r]")  # first characters
NUMBER = re.compile(r"[+-]?[0-9 ().,-]+")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group(cls=Group)
def pairs() -> None:
    """Pairs, whose two sides are kept equal."""


@pairs.command("list")
@AS_JSON
def list_(*, as_json: bool) -> None:
    """Show pairs with their sides and fields."""
    with open_stores() as stores:
        found = list_pairs(records_to_read(stores).load())
    if as_json:
        click.echo(json.dumps({"pairs": found}, indent=2, ensure_ascii=False))
    elif found:
        columns = ("name", "mode", "salesforce", "responsys", "fields")
        show([name.upper() for name in columns], [[in_words(one[name]) for name in columns] for one in found])
    else:
        click.echo("There is no pair.")


@pairs.command()
@click.argument("name")
@click.option("--field", help="Only this variable.")
@click.option(
    "--csv", "file", type=click.File("w", lazy=False), metavar="FILE", help='Write all to FILE; "-": print.'
)
@click.option(
    "--limit",
    type=click.IntRange(1, LARGEST),
    default=100,
    show_default=True,
    help="At most so many in the table.",
)
@AS_JSON
def diff(name: str, *, field: str | None, file: TextIO | None, limit: int, as_json: bool) -> None:
    """Show where both sides differ: what each holds, what would be written to which, and why.

    It compares what was last read of either side, and calls nobody.
    """
    with open_stores() as stores:
        pair = find_pair(records_to_read(stores).load(), name, field)
        look = PairLook(stores, pair, (field,) if field else ())
        found = (difference_document(one) for one in look.differences())
        if as_json:
            print_json(found, look)
        elif file is not None:
            amount = write_csv(found, file)
            click.echo(summary(amount, look.people), err=True)
        else:
            shown = list(islice(found, limit))
            if shown:
                show(HEADERS, [[printable(value_text(one[key])) for key in KEYS] for one in shown])
            more = sum(1 for _ in found)
            click.echo(summary(len(shown) + more, look.people))
            if more:
                click.echo(f"{more:,} more: --csv FILE has all")


@pairs.command()
@click.argument("name")
@click.option("--field", required=True, help="The variable.")
@click.option(
    "--from",
    "side",
    type=click.Choice(["salesforce", "responsys"]),
    required=True,
    help="The side whose value the other one gets.",
)
@click.option("--dry-run", is_flag=True, help="Only count.")
@AS_JSON
def take(name: str, *, field: str, side: Any, dry_run: bool, as_json: bool) -> None:
    """Write one side's value of a field to the other, for all people whose sides differ.

    Fields that a person is asked about are left to `activation conflicts`. It is kept as an activity.
    """
    with open_stores() as stores:
        pair = find_pair(stores.records.load(), name, field)
        if pair.pair.watches and not dry_run:
            raise Misconfigured(f'pair "{name}" only watches: set mode = "live" first')
        run = None if dry_run else lambda taking: taking.run(Appender(stores.redis, stores.doorbell))
        try:
            found = take_side(stores, person_at_terminal(), pair, field, side, run)
        except AppendFailed as error:
            raise Misconfigured(f"{error.why}; the same command goes on from here") from error
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    verb = "would be written" if dry_run else "written"
    click.echo(
        f"{counted(found['people'], 'person', 'people')} compared, {found['differ']:,} differ in {field}: "
        f"{found['taken']:,} {verb} from {side}, {found['asked']:,} in question, "
        f"{found['skipped']:,} left as they are"
    )


def print_json(found: Iterator[dict[str, Any]], look: PairLook) -> None:
    """Print differences one by one, and the number of people after them."""
    click.echo('{"differences": [', nl=False)
    for number, one in enumerate(found):
        click.echo((",\n" if number else "\n") + json.dumps(one, ensure_ascii=False), nl=False)
    click.echo(f'\n], "people": {look.people}}}')


def write_csv(found: Iterator[dict[str, Any]], file: TextIO) -> int:
    """Write all differences, and return their number."""
    rows = csv.writer(file)
    rows.writerow(KEYS)
    amount = 0
    for one in found:
        rows.writerow([for_spreadsheets(value_text(one[key])) for key in KEYS])
        amount += 1
    file.flush()
    return amount


def summary(amount: int, people: int) -> str:
    """Return the last line: the numbers of people compared and of fields that differ."""
    verb = "differs" if amount == 1 else "differ"
    return f"{counted(people, 'person', 'people')} compared: {counted(amount, 'field')} {verb}"


def value_text(value: Any) -> str:
    """Return a value as text; a null is nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def for_spreadsheets(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers, also of phones, stay as they are."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def in_words(value: Any) -> str:
    """Return names, and the owners of fields, in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{name} ({owner})" for name, owner in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
