"""Behaviour: switches for the differences among orgs and editions."""

import msgspec


class Behaviour(msgspec.Struct, forbid_unknown_fields=True):
    """Switches with the values of a usual production org."""

    oldest_version: float = 52.0
    newest_version: float = 66.0
    deprecated_below: float = 0.0  # versions for which ``Warning: 299`` announces the end
    daily_maximum: int = 100_000  # calls within ``window``
    window: float = 86_400.0  # seconds
    used_by_others: int = 0  # calls of other integrations within the window
    token_life: float = 7200.0  # seconds
    locator_life: float = 172_800.0  # seconds
    page_size: int = 2000  # rows on a page of a query, at most
    keep_bodies: bool = True  # in the ledger

    def copy_from(self, other: "Behaviour") -> None:
        """Take over all switches."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(other, name))
