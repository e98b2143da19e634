"""Options as a seed: the accounts that the command line describes."""

import argparse

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
from emulators.responsys.state.functions import FUNCTIONS

DEFAULT_ACCOUNT = "demo:api_user:secret"
DEFAULT_COLUMNS = "FIRST_NAME,LAST_NAME,TIER,POINTS:NUMBER,LAST_ORDER:TIMESTAMP"
DEFAULT_EXTENSION = "LOYALTY=TIER,POINTS:NUMBER"
DEFAULT_TABLE = "Main/ORDERS=ORDER_ID*,CUSTOMER_ID,STATUS,TOTAL:NUMBER,PLACED:TIMESTAMP"


def seed_of(options: argparse.Namespace) -> Seed:
    """Return the seed of all accounts."""
    if options.seed:
        return msgspec.json.decode(options.seed.read_bytes(), type=Seed)
    return Seed([account_seed(text, options) for text in options.account or [DEFAULT_ACCOUNT]])


def account_seed(text: str, options: argparse.Namespace) -> AccountSeed:
    """Return one account; all that come from the command line are alike."""
    name, user, password = split_text(text, ":", "NAME:USER:PASSWORD")
    limits = [split_text(limit, "=", "FUNCTION=N") for limit in options.limit]
    if unknown := [function for function, _ in limits if function not in FUNCTIONS]:
        raise ValueError(f'there is no function "{unknown[0]}"; there are: {", ".join(FUNCTIONS)}')
    return AccountSeed(
        name=name,
        users={user: password},
        lists=[list_seed(text, options) for text in options.list or ["CONTACTS_LIST"]],
        events=options.event or ["LAPSED"],
        tables=[table_seed(text) for text in options.table or [DEFAULT_TABLE]],
        campaigns=[campaign_seed(text) for text in options.campaign or ["WELCOME"]],
        limits={function: int(limit) for function, limit in limits},
    )


def list_seed(text: str, options: argparse.Namespace) -> ListSeed:
    """Return one list, with the members that the options name."""
    name, _, folder = text.partition(":")
    ranges = [RangeSeed(options.members, "demo-")] if options.members else []
    columns = dict(column_of(text) for text in ",".join(options.column or [DEFAULT_COLUMNS]).split(","))
    return ListSeed(
        name,
        folder or "Main",
        columns,
        ranges=ranges,
        any_recipient=options.any_recipient,
        extensions=[extension_seed(text) for text in options.extension or [DEFAULT_EXTENSION]],
    )


def campaign_seed(text: str) -> CampaignSeed:
    """Return a campaign of the list that is named, or the first one."""
    name, _, profile_list = text.partition(":")
    return CampaignSeed(name, profile_list or None)


def extension_seed(text: str) -> ExtensionSeed:
    """Return an extension table."""
    name, columns = split_text(text, "=", "NAME=COLUMN[:TYPE],...")
    return ExtensionSeed(name, fields=dict(column_of(column) for column in columns.split(",")))


def table_seed(text: str) -> TableSeed:
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
