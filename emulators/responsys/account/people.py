"""People of a profile list who are computed, not stored, and how anybody's columns look."""

import re

from emulators.responsys.account.columns import DEFAULTS, HASHES
from emulators.responsys.account.seed import RangeSeed

NOBODY = 0
Row = dict[str, str | None]


class Range:
    """People ``{prefix}0`` to ``{prefix}{count - 1}``; recipient ids follow each other from ``first``."""

    def __init__(self, seed: RangeSeed, first: int) -> None:
        self.seed = seed
        self.first = first
        self.address = re.compile(re.escape(seed.prefix.lower()) + r"(\d+)@" + re.escape(seed.domain.lower()))
        self.identifier = re.compile(re.escape(seed.prefix) + r"(\d+)")

    def find(self, column: str, key: str) -> int:
        """Return a recipient id, or NOBODY."""
        if column == "RIID_":
            return int(key) if key.isdecimal() and self.holds(int(key)) else NOBODY
        pattern = {"CUSTOMER_ID_": self.identifier, "EMAIL_ADDRESS_": self.address}.get(column)
        match = pattern.fullmatch(key) if pattern else None
        if match is None or str(int(match[1])) != match[1] or int(match[1]) >= self.seed.count:
            return NOBODY
        return self.first + int(match[1])

    def hashes(self, column: str) -> dict[str, int]:
        """Return the recipient ids by hash; takes about a second and 250 MB per million."""
        digest = HASHES[column]
        return {digest(self.email(riid)): riid for riid in self.riids}

    @property
    def riids(self) -> range:
        """All recipient ids."""
        return range(self.first, self.first + self.seed.count)

    def holds(self, riid: int) -> bool:
        """Tell whether ``riid`` is one of these people."""
        return riid in self.riids

    def email(self, riid: int) -> str:
        """Return the address of one person."""
        return f"{self.seed.prefix}{riid - self.first}@{self.seed.domain}"

    def row(self, riid: int) -> Row:
        """Return what would be stored of one person."""
        return {
            "CUSTOMER_ID_": f"{self.seed.prefix}{riid - self.first}",
            "EMAIL_ADDRESS_": self.email(riid),
        }


def show(riid: int, row: Row) -> Row:
    """Return the columns of one person, with those that Responsys fills."""
    shown = DEFAULTS | row | {"RIID_": str(riid)}
    email = row.get("EMAIL_ADDRESS_")
    if email:
        shown["EMAIL_DOMAIN_"] = email.rpartition("@")[2].strip().lower()
        shown |= {column: digest(email) for column, digest in HASHES.items()}
    return shown
