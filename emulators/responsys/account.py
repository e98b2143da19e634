"""An account: who may log in, its lists, its events and its limits."""

from emulators.responsys.columns import SYSTEM_COLUMNS
from emulators.responsys.extension import Extension
from emulators.responsys.limits import Limits
from emulators.responsys.members import Members
from emulators.responsys.seed import AccountSeed, ExtensionSeed, ListSeed


class ProfileList:
    """A profile list in its folder."""

    def __init__(self, seed: ListSeed) -> None:
        self.name = seed.name
        self.folder = seed.folder
        self.fields = SYSTEM_COLUMNS | {name.upper(): kind for name, kind in seed.fields.items()}
        self.members = Members(anyone=seed.any_recipient)
        self.members.add(seed.members)
        for people in seed.ranges:
            self.members.add_range(people)
        self.extensions: dict[str, Extension] = {}
        for extension in seed.extensions:
            self.add_extension(extension)

    def add_extension(self, seed: ExtensionSeed) -> Extension:
        """Create an extension table, or replace the one of that name."""
        self.extensions[seed.name] = Extension(seed)
        return self.extensions[seed.name]


class Account:
    """Everything that belongs to one customer of Responsys."""

    def __init__(self, seed: AccountSeed, default_limits: dict[str, int | None]) -> None:
        self.name = seed.name
        self.users = dict(seed.users)
        self.lists: dict[str, ProfileList] = {}
        self.folders = {"Main", *seed.folders}
        self.events = set(seed.events)
        self.limits = Limits(default_limits)
        self.limits.set(seed.limits)
        for profile_list in seed.lists:
            self.add_list(profile_list)

    def add_list(self, seed: ListSeed) -> ProfileList:
        """Create a list, or replace the one of that name."""
        self.lists[seed.name] = ProfileList(seed)
        self.folders |= {seed.folder, *(extension.folder for extension in seed.extensions)}
        return self.lists[seed.name]
