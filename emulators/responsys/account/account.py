"""An account: its users, lists, tables, events, campaigns and limits."""

from dataclasses import dataclass

from emulators.responsys.account.columns import SYSTEM_COLUMNS
from emulators.responsys.account.extension import ExtensionTable
from emulators.responsys.account.limits import Limits
from emulators.responsys.account.members import Members
from emulators.responsys.account.notifications import Notifications
from emulators.responsys.account.seed import AccountSeed, CampaignSeed, ExtensionSeed, ListSeed, TableSeed
from emulators.responsys.account.table import SupplementalTable


class ProfileList:
    """A profile list in its folder."""

    def __init__(self, seed: ListSeed) -> None:
        self.name = seed.name
        self.folder = seed.folder
        self.fields = SYSTEM_COLUMNS | {name.upper(): kind for name, kind in seed.fields.items()}
        self.members = Members(any_recipient=seed.any_recipient)
        self.members.add_members(seed.members)
        for members in seed.ranges:
            self.members.add_range(members)
        self.extensions: dict[str, ExtensionTable] = {}
        for extension in seed.extensions:
            self.add_extension(extension)

    def add_extension(self, seed: ExtensionSeed) -> ExtensionTable:
        """Create an extension table, or replace the one of that name."""
        self.extensions[seed.name] = ExtensionTable(seed)
        return self.extensions[seed.name]


@dataclass(frozen=True)
class Campaign:
    """A campaign, and the list it goes to."""

    number: int
    name: str
    folder: str
    list_name: str
    campaign_type: str


class Account:
    """Everything that belongs to one customer of Responsys."""

    def __init__(self, seed: AccountSeed, default_limits: dict[str, int | None]) -> None:
        self.name = seed.name
        self.users = dict(seed.users)
        self.lists: dict[str, ProfileList] = {}
        self.folders = {"Main", *seed.folders}
        self.events = set(seed.events)
        self.notifications = Notifications()
        self.programs = dict(seed.programs)  # with the status of each
        self.limits = Limits(default_limits)
        self.limits.change(seed.limits)
        for profile_list in seed.lists:
            self.add_list(profile_list)
        self.tables: dict[tuple[str, str], SupplementalTable] = {}  # by folder and name
        for table in seed.tables:
            self.add_table(table)
        self.campaigns: dict[str, Campaign] = {}
        for campaign in seed.campaigns:
            self.add_campaign(campaign)

    def add_list(self, seed: ListSeed) -> ProfileList:
        """Create a list, or replace the one of that name."""
        self.lists[seed.name] = ProfileList(seed)
        self.folders |= {seed.folder, *(extension.folder for extension in seed.extensions)}
        return self.lists[seed.name]

    def add_table(self, seed: TableSeed) -> SupplementalTable:
        """Create a supplemental table, or replace the one of that folder and name."""
        self.tables[seed.folder, seed.name] = SupplementalTable(seed)
        self.folders.add(seed.folder)
        return self.tables[seed.folder, seed.name]

    def add_campaign(self, seed: CampaignSeed) -> Campaign:
        """Create a campaign, or replace the one of that name."""
        replaced = self.campaigns.get(seed.name)
        number = replaced.number if replaced else len(self.campaigns) + 1
        name = seed.list_in(self.lists)
        self.campaigns[seed.name] = Campaign(number, seed.name, seed.folder, name, seed.campaign_type)
        self.folders.add(seed.folder)
        return self.campaigns[seed.name]
