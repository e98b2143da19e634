"""What an account starts with, as read from a seed file, the command line or the control API."""

from typing import Annotated

import msgspec


class MemberSeed(msgspec.Struct, forbid_unknown_fields=True):
    """One person of a list; hashes are derived from the address, a missing ``riid`` is assigned."""

    customer_id: str | None = None
    email: str | None = None
    mobile: str | None = None
    riid: int | None = None
    fields: dict[str, str | None] = {}  # custom columns


class RangeSeed(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` people: customer_id ``{prefix}{n}``, email ``{prefix}{n}@{domain}``, n from 0."""

    count: int
    prefix: str
    domain: str = "example.com"


class ExtensionSeed(msgspec.Struct, forbid_unknown_fields=True):
    """A profile extension table."""

    name: str
    folder: str = "Main"
    fields: dict[str, str] = {}  # column: type


class CampaignSeed(msgspec.Struct, forbid_unknown_fields=True, rename={"profile_list": "list"}):
    """An e-mail campaign; without ``list`` it goes to the account's first one."""

    name: str
    profile_list: str | None = None
    folder: str = "Main"


class TableSeed(msgspec.Struct, forbid_unknown_fields=True):
    """A supplemental table."""

    name: str
    folder: str = "Main"
    fields: dict[str, str] = {}  # column: type
    primary_key: list[str] = []
    rows: list[dict[str, str | None]] = []


class ListSeed(msgspec.Struct, forbid_unknown_fields=True):
    """One profile list."""

    name: str
    folder: str = "Main"
    fields: dict[str, str] = {}  # custom column: type
    members: list[MemberSeed] = []
    ranges: list[RangeSeed] = []
    any_recipient: bool = False
    extensions: list[ExtensionSeed] = []


class AccountSeed(msgspec.Struct, forbid_unknown_fields=True):
    """One account."""

    name: str
    users: Annotated[dict[str, str], msgspec.Meta(min_length=1)]  # user name: password
    lists: Annotated[list[ListSeed], msgspec.Meta(min_length=1)]
    events: list[str] = []
    campaigns: list[CampaignSeed] = []
    tables: list[TableSeed] = []  # supplemental ones
    folders: list[str] = []  # further ones, without a list
    limits: dict[str, int | None] = {}  # function: calls per window, null for no limit


class Seed(msgspec.Struct, forbid_unknown_fields=True):
    """A seed file."""

    accounts: Annotated[list[AccountSeed], msgspec.Meta(min_length=1)]
