"""Ranges of members that are computed, not stored."""

import re

from emulators.responsys.account.columns import HASH_FUNCTIONS
from emulators.responsys.account.row import Row
from emulators.responsys.account.seed import RangeSeed

NO_MEMBER = 0


class MemberRange:
    """Members ``{prefix}0`` to ``{prefix}{count - 1}``; recipient ids follow each other from ``first``."""

    def __init__(self, seed: RangeSeed, first: int) -> None:
        self.seed = seed
        self.first = first
        self.email = re.compile(re.escape(seed.prefix.lower()) + r"(\d+)@" + re.escape(seed.domain.lower()))
        self.customer_id = re.compile(re.escape(seed.prefix) + r"(\d+)")

    def find_riid(self, column: str, key: str) -> int:
        """Return a recipient id, or NO_MEMBER."""
        if column == "RIID_":
            return int(key) if key.isdecimal() and self.contains(int(key)) else NO_MEMBER
        pattern = {"CUSTOMER_ID_": self.customer_id, "EMAIL_ADDRESS_": self.email}.get(column)
        match = pattern.fullmatch(key) if pattern else None
        if match is None or str(int(match[1])) != match[1] or int(match[1]) >= self.seed.count:
            return NO_MEMBER
        return self.first + int(match[1])

    def riids_by_hash(self, column: str) -> dict[str, int]:
        """Return the recipient ids by hash; takes about a second and 250 MB per million."""
        digest = HASH_FUNCTIONS[column]
        return {digest(self.email_of(riid)): riid for riid in self.riids}

    @property
    def riids(self) -> range:
        """All recipient ids."""
        return range(self.first, self.first + self.seed.count)

    def contains(self, riid: int) -> bool:
        """Tell whether ``riid`` is one of these members."""
        return riid in self.riids

    def email_of(self, riid: int) -> str:
        """Return the address of one member."""
        return f"{self.seed.prefix}{riid - self.first}@{self.seed.domain}"

    def row_of(self, riid: int) -> Row:
        """Return the row of one member, as it would be stored."""
        return {
            "CUSTOMER_ID_": f"{self.seed.prefix}{riid - self.first}",
            "EMAIL_ADDRESS_": self.email_of(riid),
        }
