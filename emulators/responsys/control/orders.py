"""Bodies of the control API."""

from typing import Literal

import msgspec

from emulators.responsys.account.seed import (
    CampaignSeed,
    ExtensionSeed,
    ListSeed,
    MemberSeed,
    RangeSeed,
    TableSeed,
)


class Order(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """``account`` may be left out where there is only one."""

    account: str | None = None


class Lists(Order):
    """Lists to create or replace."""

    lists: list[ListSeed]


class Members(Order, rename={"profile_list": "list", "people": "range"}):
    """People to add to a list, and whether strangers are welcome there."""

    profile_list: str | None = None  # the only one may be left out
    members: list[MemberSeed] = []
    people: RangeSeed | None = None
    any_recipient: bool | None = None


class Extensions(Order, rename={"profile_list": "list"}, kw_only=True):
    """Extension tables to create or replace, with nothing in them."""

    profile_list: str | None = None
    extensions: list[ExtensionSeed]


class Campaigns(Order):
    """Campaigns to create or replace."""

    campaigns: list[CampaignSeed]


class Tables(Order):
    """Supplemental tables to create or replace."""

    tables: list[TableSeed]


class Events(Order):
    """Events to define."""

    events: list[str]


class Limits(Order):
    """Limits to change: calls per window by function, null for none."""

    limits: dict[str, int | None]


class Tokens(Order):
    """What becomes of the tokens that are out: they run out, or nobody knows them any more."""

    action: Literal["expire", "forget"] = "expire"


class Requests(msgspec.Struct, forbid_unknown_fields=True):
    """What becomes of asynchronous requests: those that wait are processed, or all answers are purged."""

    action: Literal["finish", "purge"]


class Reset(msgspec.Struct, forbid_unknown_fields=True):
    """With ``calls_only`` accounts, members, limits, tokens and faults stay as they are."""

    calls_only: bool = False
