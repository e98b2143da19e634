"""Members of a profile list, found by any identifier.

A list may hold a million of them. Members of a range are therefore computed when a call names them, and
stored only when a call writes to them. The hashes of a column are computed at its first look-up.
"""

import re
from collections.abc import Iterable, Iterator

from emulators.responsys.account.columns import HASH_FUNCTIONS, KEY_COLUMNS, NORMALISERS
from emulators.responsys.account.member_index import MemberIndex, Riids, as_tuple
from emulators.responsys.account.member_range import NO_MEMBER, MemberRange
from emulators.responsys.account.row import Row, full_row
from emulators.responsys.account.seed import MemberSeed, RangeSeed

SEVERAL_MEMBERS = -1
FIRST_RIID = 100_000_001
FIRST_STRANGER_RIID = 10**12

STRANGER_KEYS = {
    "RIID_": re.compile("[1-9][0-9]{0,17}"),
    "CUSTOMER_ID_": re.compile("(?s).+"),
    "EMAIL_ADDRESS_": re.compile("[^@]+@[^@]+"),
    "MOBILE_NUMBER_": re.compile(r"\+?[0-9]+"),
    "EMAIL_SHA256_HASH_": re.compile("[0-9a-f]{64}"),
    "EMAIL_MD5_HASH_": re.compile("[0-9a-f]{32}"),
}
STORED_KEY_COLUMNS = [column for column in KEY_COLUMNS if column not in HASH_FUNCTIONS and column != "RIID_"]


class Members:
    """The members of one list; with ``any_recipient`` also a stranger for every identifier."""

    def __init__(self, *, any_recipient: bool = False) -> None:
        self.any_recipient = any_recipient
        self.rows: dict[int, Row] = {}  # by recipient id, without the columns that Responsys fills
        self.ranges: list[MemberRange] = []
        self.index = MemberIndex()
        self.unhashed_ranges: dict[str, list[MemberRange]] = {column: [] for column in HASH_FUNCTIONS}
        self.unhashed_riids: dict[str, list[int]] = {column: [] for column in HASH_FUNCTIONS}
        self.next_riid = FIRST_RIID
        self.stored_range_members = 0  # members of ranges that have a row by now

    def __len__(self) -> int:
        computed = sum(members.seed.count for members in self.ranges)
        return len(self.rows) + computed - self.stored_range_members

    def __contains__(self, riid: object) -> bool:
        return riid in self.rows or any(riid in members.riids for members in self.ranges)

    def riids(self) -> Iterator[int]:
        """Yield the recipient ids of all members; ranges come last."""
        yield from self.rows
        for members in self.ranges:
            yield from (riid for riid in members.riids if riid not in self.rows)

    def add_members(self, seeds: Iterable[MemberSeed]) -> None:
        """Add members; a recipient id that is taken replaces the old member."""
        for seed in seeds:
            riid = self.reserve_riids(1) if seed.riid is None else seed.riid
            self.next_riid = max(self.next_riid, riid + 1)
            self.store(riid, row_of(seed))

    def add_range(self, seed: RangeSeed) -> None:
        """Add computed members."""
        members = MemberRange(seed, self.reserve_riids(seed.count))
        self.ranges.append(members)
        for ranges in self.unhashed_ranges.values():
            ranges.append(members)

    def reserve_riids(self, count: int) -> int:
        """Take ``count`` recipient ids and return the first."""
        first_riid = self.next_riid
        self.next_riid += count
        return first_riid

    def insert(self, row: Row) -> int:
        """Add one member and return the recipient id."""
        riid = self.reserve_riids(1)
        self.store(riid, row)
        return riid

    def update(self, riid: int, changes: Row) -> None:
        """Change the columns that are named."""
        self.store(riid, self.stored_row(riid) | changes)

    def stored_row(self, riid: int) -> Row:
        """Return one member's columns without the ones that Responsys fills; empty if there is none."""
        if riid in self.rows:
            return self.rows[riid]
        return next((members.row_of(riid) for members in self.ranges if members.contains(riid)), {})

    def full_row(self, riid: int) -> Row | None:
        """Return all columns of one member, None when no member has that id."""
        return full_row(riid, self.stored_row(riid)) if riid in self else None

    def store(self, riid: int, row: Row) -> None:
        """Replace the row of a member, and keep the index in step."""
        old = self.stored_row(riid)
        new: Row = {column: value for column, value in row.items() if value}
        has_row = riid in self.rows
        self.stored_range_members += not has_row and riid in self
        self.rows[riid] = new
        for column in STORED_KEY_COLUMNS:
            if not has_row or old.get(column) != new.get(column):
                self.index.remove_member(column, old.get(column), riid)
                self.index.add_member(column, new.get(column), riid)
        if not has_row or old.get("EMAIL_ADDRESS_") != new.get("EMAIL_ADDRESS_"):
            self.forget_hashes(riid, old.get("EMAIL_ADDRESS_"))

    def forget_hashes(self, riid: int, old_email: str | None) -> None:
        """Let a member's hashes be computed anew at the next look-up."""
        for column, digest in HASH_FUNCTIONS.items():
            if old_email:
                self.index.remove_member(column, digest(old_email), riid)
            self.unhashed_riids[column].append(riid)

    def find_one(self, column: str, value: str | int) -> int:
        """Return the recipient id, NO_MEMBER or SEVERAL_MEMBERS."""
        key = NORMALISERS[column](value)
        riids = self.index.columns[column].get(key)
        if riids is None:
            riids = self.find_unindexed(column, key) or self.stranger(column, key)
        return riids if isinstance(riids, int) else SEVERAL_MEMBERS

    def find_all(self, column: str, value: str) -> tuple[int, ...]:
        """Return the recipient ids of all members that have ``value``; strangers are left out."""
        key = NORMALISERS[column](value)
        riids = self.index.columns[column].get(key) or self.find_unindexed(column, key)
        return as_tuple(riids) if riids else ()

    def match_all(self, keys: dict[str, str]) -> tuple[int, ...]:
        """Return the recipient ids of all members that have every one of these values.

        A single key that no member has matches a stranger, if the list has strangers.
        """
        (first_column, first_value), *further_keys = keys.items()
        riids = self.find_all(first_column, first_value)
        for column, value in further_keys:
            riids = tuple(riid for riid in riids if self.has_value(riid, column, value))
        if riids or further_keys:
            return riids
        stranger = self.stranger(first_column, NORMALISERS[first_column](first_value))
        return (stranger,) if stranger else ()

    def has_value(self, riid: int, column: str, value: str) -> bool:
        """Tell whether a member has this value; case and spaces count as in look-ups."""
        stored = (self.full_row(riid) or {}).get(column)
        return bool(stored) and NORMALISERS[column](stored) == NORMALISERS[column](value)

    def find_unindexed(self, column: str, key: str) -> Riids:
        """Return the recipient id of a member that is not in the index (yet), or NO_MEMBER."""
        if column == "RIID_":
            return int(key) if key.isdecimal() and int(key) in self else NO_MEMBER
        if column not in HASH_FUNCTIONS:
            return self.find_in_ranges(column, key)
        self.index_hashes(column)
        return self.index.columns[column].get(key, NO_MEMBER)

    def find_in_ranges(self, column: str, key: str) -> int:
        """Return the recipient id of a member without a row, or NO_MEMBER."""
        for members in self.ranges:
            riid = members.find_riid(column, key)
            if riid and riid not in self.rows:
                return riid
        return NO_MEMBER

    def index_hashes(self, column: str) -> None:
        """Compute the hashes that the index does not have."""
        for members in self.unhashed_ranges[column]:
            hashes = members.riids_by_hash(column)
            self.index.add_absent(
                column, {key: riid for key, riid in hashes.items() if riid not in self.rows}
            )
        for riid in dict.fromkeys(self.unhashed_riids[column]):
            email = self.rows[riid].get("EMAIL_ADDRESS_")
            self.index.add_member(column, HASH_FUNCTIONS[column](email) if email else None, riid)
        self.unhashed_ranges[column], self.unhashed_riids[column] = [], []

    def stranger(self, column: str, key: str) -> int:
        """Return the recipient id of a stranger, always the same for one identifier, or NO_MEMBER."""
        if not self.any_recipient or not STRANGER_KEYS[column].fullmatch(key):
            return NO_MEMBER
        return int(key) if column == "RIID_" else FIRST_STRANGER_RIID + (hash((column, key)) & 0xFFFFFFFFFFFF)


def row_of(seed: MemberSeed) -> Row:
    """Return the row of a seeded member."""
    keys: Row = {
        "CUSTOMER_ID_": seed.customer_id,
        "EMAIL_ADDRESS_": seed.email,
        "MOBILE_NUMBER_": seed.mobile,
    }
    return keys | {name.upper(): value for name, value in seed.fields.items()}
