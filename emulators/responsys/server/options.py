"""The command line: address, seed of the accounts, and behaviour."""

import argparse
from pathlib import Path

import msgspec

from emulators.responsys.account.seed import (
    AccountSeed,
    CampaignSeed,
    ExtensionSeed,
    ListSeed,
    RangeSeed,
    Seed,
    TableSeed,
)
from emulators.responsys.messages.behaviour import Behaviour
from emulators.responsys.state.functions import FUNCTIONS

DEFAULT_ACCOUNT = "demo:api_user:secret"
DEFAULT_COLUMNS = "FIRST_NAME,LAST_NAME,TIER,POINTS:NUMBER,LAST_ORDER:TIMESTAMP"
DEFAULT_EXTENSION = "LOYALTY=TIER,POINTS:NUMBER"
DEFAULT_TABLE = "Main/ORDERS=ORDER_ID*,CUSTOMER_ID,STATUS,TOTAL:NUMBER,PLACED:TIMESTAMP"


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="activation emulator responsys",
        description="A local Responsys. Without options: one account, with something for every action.",
        epilog="Faults, members, limits and the ledger are under /_control, see docs/emulator.md.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=8099, help="port, 0 for a free one (%(default)s)")
    add("--seed", type=Path, metavar="FILE", help="accounts as JSON, instead of the options below")
    add(
        "--account",
        action="append",
        metavar="NAME:USER:PASSWORD",
        help=f"may be repeated ({DEFAULT_ACCOUNT})",
    )
    add("--list", action="append", metavar="NAME[:FOLDER]", help="may be repeated (CONTACTS_LIST:Main)")
    add("--event", action="append", metavar="NAME", help="may be repeated (LAPSED)")
    add("--campaign", action="append", metavar="NAME[:LIST]", help="may be repeated (WELCOME)")
    add(
        "--extension",
        action="append",
        metavar="NAME=COLUMN[:TYPE],...",
        help=f"extension table of the lists; may be repeated ({DEFAULT_EXTENSION})",
    )
    add(
        "--table",
        action="append",
        metavar="[FOLDER/]NAME=COLUMN[*][:TYPE],...",
        help=f"supplemental table, * marks its primary key; may be repeated ({DEFAULT_TABLE})",
    )
    add("--column", action="append", metavar="NAME[:TYPE]", help=f"of the lists ({DEFAULT_COLUMNS})")
    add(
        "--limit",
        action="append",
        default=[],
        metavar="FUNCTION=N",
        help=f"calls per window: {limits_text()}",
    )
    add("--members", type=int, default=1000, metavar="N", help="demo-0@example.com and so on (%(default)s)")
    add("--any-recipient", action="store_true", help="everybody is on the lists, whoever it is")
    add("--window", type=float, default=60, metavar="SECONDS", help="of the limits (%(default)s)")
    add(
        "--async-delay",
        type=float,
        default=0.5,
        metavar="SECONDS",
        help="of asynchronous calls (%(default)s)",
    )
    add("--token-life", type=float, default=7200, metavar="SECONDS", help="of a login (%(default)s)")
    add(
        "--random-seed", type=int, default=0, metavar="N", help="repeats the dice of the faults (%(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        options.accounts = seed_of(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    return options


def limits_text() -> str:
    """Return the functions with their default limits."""
    return ", ".join(f"{function.name}={function.limit}" for function in FUNCTIONS.values())


def behaviour_of(options: argparse.Namespace) -> Behaviour:
    """Return the switches that have an option."""
    return Behaviour(window=options.window, token_life=options.token_life, async_delay=options.async_delay)


def seed_of(options: argparse.Namespace) -> Seed:
    """Return the seed of all accounts."""
    if options.seed:
        return msgspec.json.decode(options.seed.read_bytes(), type=Seed)
    return Seed([account_of(text, options) for text in options.account or [DEFAULT_ACCOUNT]])


def account_of(text: str, options: argparse.Namespace) -> AccountSeed:
    """Return one account; all that come from the command line are alike."""
    name, user, password = split_text(text, ":", "NAME:USER:PASSWORD")
    limits = [split_text(limit, "=", "FUNCTION=N") for limit in options.limit]
    if unknown := [function for function, _ in limits if function not in FUNCTIONS]:
        raise ValueError(f'there is no function "{unknown[0]}"; there are: {", ".join(FUNCTIONS)}')
    return AccountSeed(
        name=name,
        users={user: password},
        lists=[list_of(text, options) for text in options.list or ["CONTACTS_LIST"]],
        events=options.event or ["LAPSED"],
        tables=[table_of(text) for text in options.table or [DEFAULT_TABLE]],
        campaigns=[campaign_of(text) for text in options.campaign or ["WELCOME"]],
        limits={function: int(limit) for function, limit in limits},
    )


def list_of(text: str, options: argparse.Namespace) -> ListSeed:
    """Return one list, with the members that the options name."""
    name, _, folder = text.partition(":")
    ranges = [RangeSeed(options.members, "demo-")] if options.members else []
    columns = dict(column_of(text) for text in options.column or DEFAULT_COLUMNS.split(","))
    return ListSeed(
        name,
        folder or "Main",
        columns,
        ranges=ranges,
        any_recipient=options.any_recipient,
        extensions=[extension_of(text) for text in options.extension or [DEFAULT_EXTENSION]],
    )


def campaign_of(text: str) -> CampaignSeed:
    """Return a campaign of the list that is named, or the first one."""
    name, _, profile_list = text.partition(":")
    return CampaignSeed(name, profile_list or None)


def extension_of(text: str) -> ExtensionSeed:
    """Return an extension table."""
    name, columns = split_text(text, "=", "NAME=COLUMN[:TYPE],...")
    return ExtensionSeed(name, fields=dict(column_of(column) for column in columns.split(",")))


def table_of(text: str) -> TableSeed:
    """Return a supplemental table."""
    place, columns = split_text(text, "=", "[FOLDER/]NAME=COLUMN[*][:TYPE],...")
    folder, _, name = place.rpartition("/")
    fields = dict(column_of(column) for column in columns.split(","))
    key = [column.rstrip("*") for column in fields if column.endswith("*")]
    stripped = {column.rstrip("*"): kind for column, kind in fields.items()}
    return TableSeed(name, folder or "Main", stripped, key)


def column_of(text: str) -> tuple[str, str]:
    """Return name and type of a column."""
    name, _, kind = text.partition(":")
    return name, kind or "STR500"


def split_text(text: str, separator: str, shape: str) -> list[str]:
    """Split ``text`` into as many parts as ``shape`` has."""
    parts = text.split(separator, shape.count(separator))
    if len(parts) <= shape.count(separator) or not all(parts):
        raise ValueError(f'"{text}" is not {shape}')
    return parts
