"""The people of a profile list, found by any identifier.

A list may hold a million of them, so those of a range are computed when asked for, not stored; only their
hashes are, from the first time one is looked up.
"""

import re
from collections.abc import Iterable

from emulators.responsys.columns import NORMALISE, email_md5, email_sha256
from emulators.responsys.seed import MemberSeed, RangeSeed

NOBODY, SEVERAL = 0, -1
FIRST_RIID = 100_000_001
FIRST_STRANGER = 10**12

SHAPES = {
    "RIID_": re.compile("[1-9][0-9]{0,17}"),
    "CUSTOMER_ID_": re.compile("(?s).+"),
    "EMAIL_ADDRESS_": re.compile("[^@]+@[^@]+"),
    "MOBILE_NUMBER_": re.compile(r"\+?[0-9]+"),
    "EMAIL_SHA256_HASH_": re.compile("[0-9a-f]{64}"),
    "EMAIL_MD5_HASH_": re.compile("[0-9a-f]{32}"),
}
HASHES = {"EMAIL_SHA256_HASH_": email_sha256, "EMAIL_MD5_HASH_": email_md5}
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
        riids = range(self.first, self.first + self.seed.count)
        return {digest(self.email(riid)): riid for riid in riids}

    def holds(self, riid: int) -> bool:
        """Tell whether ``riid`` is one of these people."""
        return self.first <= riid < self.first + self.seed.count

    def email(self, riid: int) -> str:
        """Return the address of one person."""
        return f"{self.seed.prefix}{riid - self.first}@{self.seed.domain}"

    def row(self, riid: int) -> Row:
        """Return the columns of one person."""
        return row(riid, f"{self.seed.prefix}{riid - self.first}", self.email(riid))


class Members:
    """Everybody on one list; with ``anyone`` true also whoever is asked for."""

    def __init__(self, *, anyone: bool = False) -> None:
        self.anyone = anyone
        self.rows: dict[int, Row] = {}
        self.ranges: list[Range] = []
        self.index: dict[str, dict[str, int | tuple[int, ...]]] = {column: {} for column in NORMALISE}
        self.unhashed: dict[str, list[Range]] = {column: [] for column in HASHES}
        self.next_riid = FIRST_RIID

    def __len__(self) -> int:
        return len(self.rows) + sum(people.seed.count for people in self.ranges)

    def add(self, seeds: Iterable[MemberSeed]) -> None:
        """Add people; one with a recipient id that is taken replaces the columns it names."""
        for seed in seeds:
            riid = self.reserve(1) if seed.riid is None else seed.riid
            self.next_riid = max(self.next_riid, riid + 1)
            new = row(riid, seed.customer_id, seed.email, seed.mobile) | seed.fields
            self.forget(riid)
            self.rows[riid] = new
            for column, index in self.index.items():
                value = new.get(column)
                if value:
                    key = NORMALISE[column](value)
                    index[key] = riid if key not in index else (*several(index[key]), riid)

    def add_range(self, seed: RangeSeed) -> None:
        """Add computed people."""
        people = Range(seed, self.reserve(seed.count))
        self.ranges.append(people)
        for waiting in self.unhashed.values():
            waiting.append(people)

    def reserve(self, count: int) -> int:
        """Take ``count`` recipient ids and return the first."""
        first = self.next_riid
        self.next_riid += count
        return first

    def forget(self, riid: int) -> None:
        """Take one person out, so that a new row may take the place."""
        old = self.rows.pop(riid, {})
        for column, index in self.index.items():
            value = old.get(column)
            if value:
                key = NORMALISE[column](value)
                others = tuple(other for other in several(index.pop(key)) if other != riid)
                if others:
                    index[key] = others[0] if len(others) == 1 else others

    def find(self, column: str, value: str | int) -> int:
        """Return the recipient id, NOBODY or SEVERAL."""
        key = NORMALISE[column](value)
        found = self.index[column].get(key)
        if found is None:
            return self.find_elsewhere(column, key) or self.welcome(column, key)
        return found if isinstance(found, int) else SEVERAL

    def find_all(self, column: str, value: str) -> tuple[int, ...]:
        """Return every recipient id that answers to ``value``."""
        key = NORMALISE[column](value)
        found = self.index[column].get(key) or self.find_elsewhere(column, key)
        return several(found) if found else ()

    def find_elsewhere(self, column: str, key: str) -> int:
        """Return the recipient id of a computed person, or NOBODY."""
        if column not in HASHES:
            return next((riid for people in self.ranges if (riid := people.find(column, key))), NOBODY)
        if not self.unhashed[column]:
            return NOBODY
        for people in self.unhashed[column]:
            self.index[column] = {**people.hashes(column), **self.index[column]}
        self.unhashed[column] = []
        found = self.index[column].get(key, NOBODY)
        return found if isinstance(found, int) else SEVERAL

    def welcome(self, column: str, key: str) -> int:
        """Return an id for a stranger, where they are welcome: always the same for one identifier."""
        if not self.anyone or not SHAPES[column].fullmatch(key):
            return NOBODY
        return int(key) if column == "RIID_" else FIRST_STRANGER + (hash((column, key)) & 0xFFFFFFFFFFFF)

    def get(self, riid: int) -> Row | None:
        """Return the columns of one person, None when nobody has that id."""
        if riid in self.rows:
            return self.rows[riid]
        return next((people.row(riid) for people in self.ranges if people.holds(riid)), None)


def row(riid: int, customer_id: str | None, email: str | None, mobile: str | None = None) -> Row:
    """Return the columns that identify a person."""
    return {
        "RIID_": str(riid),
        "CUSTOMER_ID_": customer_id,
        "EMAIL_ADDRESS_": email,
        "MOBILE_NUMBER_": mobile,
        "EMAIL_SHA256_HASH_": email_sha256(email) if email else None,
        "EMAIL_MD5_HASH_": email_md5(email) if email else None,
    }


def several(found: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return one or more recipient ids as a tuple."""
    return (found,) if isinstance(found, int) else found
