"""Seeds: the first contents of an account, from a seed file, the command line or the control API."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from emulators.responsys.account.column_types import COLUMN_TYPES

ProgramStatus = Literal["RUNNING", "RUNNING_WITH_ERRORS", "NOT_RUNNING"]


class MemberSeed(msgspec.Struct, forbid_unknown_fields=True):
    """One member of a list; hashes are derived from the address, a missing ``riid`` is assigned."""

    customer_id: str | None = None
    email: str | None = None
    mobile: str | None = None
    riid: int | None = None
    fields: dict[str, str | None] = {}  # custom columns


class RangeSeed(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` members: customer_id ``{prefix}{n}``, email ``{prefix}{n}@{domain}``, n from 0."""

    count: int
    prefix: str
    domain: str = "example.com"


class ExtensionSeed(msgspec.Struct, forbid_unknown_fields=True):
    """A profile extension table."""

    name: str
    folder: str = "Main"
    fields: dict[str, str] = {}  # column: type

    def __post_init__(self) -> None:
        check_types(self.fields)


CampaignType = Literal["email", "push", "sms", "mms", "pushiocampaign"]  # as in ?type=


class CampaignSeed(
    msgspec.Struct, forbid_unknown_fields=True, rename={"profile_list": "list", "campaign_type": "type"}
):
    """A campaign, of e-mail if nothing else is said; without ``list`` it goes to the account's first one."""

    name: str
    profile_list: str | None = None
    folder: str = "Main"
    campaign_type: CampaignType = "email"

    def list_in(self, lists: Iterable[str]) -> str:
        """Return the name of its list; raise ValueError when there is no such list."""
        names = list(lists)
        if self.profile_list not in (None, *names):
            there_are = ", ".join(names)
            raise ValueError(f'campaign "{self.name}": no list "{self.profile_list}"; there are: {there_are}')
        return self.profile_list or names[0]


class TableSeed(msgspec.Struct, forbid_unknown_fields=True):
    """A supplemental table."""

    name: str
    folder: str = "Main"
    fields: dict[str, str] = {}  # column: type
    primary_key: list[str] = []
    rows: list[dict[str, str | None]] = []

    def __post_init__(self) -> None:
        check_types(self.fields)
        columns = {name.upper() for name in self.fields}
        for name in (*self.primary_key, *(name for row in self.rows for name in row)):
            if name.upper() not in columns:
                raise ValueError(f'table "{self.name}" has no column "{name}"')


class ListSeed(msgspec.Struct, forbid_unknown_fields=True):
    """One profile list."""

    name: str
    folder: str = "Main"
    fields: dict[str, str] = {}  # custom column: type
    members: list[MemberSeed] = []
    ranges: list[RangeSeed] = []
    any_recipient: bool = False
    extensions: list[ExtensionSeed] = []

    def __post_init__(self) -> None:
        check_types(self.fields)


class AccountSeed(msgspec.Struct, forbid_unknown_fields=True):
    """One account."""

    name: str
    users: Annotated[dict[str, str], msgspec.Meta(min_length=1)]  # user name: password
    lists: Annotated[list[ListSeed], msgspec.Meta(min_length=1)]
    events: list[str] = []
    programs: dict[str, ProgramStatus] = {}
    campaigns: list[CampaignSeed] = []
    tables: list[TableSeed] = []  # supplemental ones
    folders: list[str] = []  # further ones, without a list
    limits: dict[str, int | None] = {}  # function: calls per window, null for no limit

    def __post_init__(self) -> None:
        for campaign in self.campaigns:
            campaign.list_in(profile_list.name for profile_list in self.lists)


class Seed(msgspec.Struct, forbid_unknown_fields=True):
    """A seed file."""

    accounts: Annotated[list[AccountSeed], msgspec.Meta(min_length=1)]


def check_types(fields: dict[str, str]) -> None:
    """Refuse types that no column can have."""
    if unknown := [kind for kind in fields.values() if kind not in COLUMN_TYPES]:
        raise ValueError(f'"{unknown[0]}" is not a type; there are: {", ".join(COLUMN_TYPES)}')
