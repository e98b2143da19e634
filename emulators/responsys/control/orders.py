"""Orders: the bodies of the control API."""

from typing import Literal

import msgspec

from emulators.responsys.account.seed import (
    CampaignSeed,
    ExtensionSeed,
    ListSeed,
    MemberSeed,
    ProgramStatus,
    RangeSeed,
    TableSeed,
)


class Order(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """``account`` may be left out where there is only one."""

    account: str | None = None


class ListsOrder(Order):
    """Lists to create or replace."""

    lists: list[ListSeed]


class MembersOrder(Order, rename={"profile_list": "list", "member_range": "range"}):
    """Members to add to a list, and whether strangers count as members."""

    profile_list: str | None = None  # the only one may be left out
    members: list[MemberSeed] = []
    member_range: RangeSeed | None = None
    any_recipient: bool | None = None


class ExtensionsOrder(Order, rename={"profile_list": "list"}, kw_only=True):
    """Extension tables to create or replace, with nothing in them."""

    profile_list: str | None = None
    extensions: list[ExtensionSeed]


class CampaignsOrder(Order):
    """Campaigns to create or replace."""

    campaigns: list[CampaignSeed]


class TablesOrder(Order):
    """Supplemental tables to create or replace."""

    tables: list[TableSeed]


class EventsOrder(Order):
    """Events to define."""

    events: list[str]


class ProgramsOrder(Order):
    """Programmes to define, or to start and stop."""

    programs: dict[str, ProgramStatus]


class LimitsOrder(Order):
    """Limits to change: calls per window by function, null for none."""

    limits: dict[str, int | None]


class TokensOrder(Order):
    """The end of all tokens: they expire, or become unknown."""

    action: Literal["expire", "forget"] = "expire"


class RequestsOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The end of asynchronous requests: the waiting ones are processed, or all answers are purged."""

    action: Literal["finish", "purge"]


class ResetOrder(msgspec.Struct, forbid_unknown_fields=True):
    """With ``calls_only`` accounts, members, limits, tokens and faults stay as they are."""

    calls_only: bool = False
