"""The people of a profile list, found by any identifier.

A list may hold a million of them, so those of a range are computed when asked for, not stored, until
something is written about one. Hashes are computed from the first time that one is looked up.
"""

import re
from collections.abc import Iterable, Iterator

from emulators.responsys.account.columns import HASHES, KEYS, NORMALISE
from emulators.responsys.account.people import NOBODY, Range, Row, show
from emulators.responsys.account.seed import MemberSeed, RangeSeed

SEVERAL = -1
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
STORED_KEYS = [column for column in KEYS if column not in HASHES and column != "RIID_"]


class Members:
    """Everybody on one list; with ``anyone`` true also whoever is asked for."""

    def __init__(self, *, anyone: bool = False) -> None:
        self.anyone = anyone
        self.rows: dict[int, Row] = {}  # what was said of people, without what is derived from it
        self.ranges: list[Range] = []
        self.index: dict[str, dict[str, int | tuple[int, ...]]] = {column: {} for column in KEYS}
        self.unhashed: dict[str, list[Range]] = {column: [] for column in HASHES}
        self.unhashed_rows: dict[str, list[int]] = {column: [] for column in HASHES}
        self.next_riid = FIRST_RIID
        self.written = 0  # people of ranges who have a row by now

    def __len__(self) -> int:
        return len(self.rows) + sum(people.seed.count for people in self.ranges) - self.written

    def __contains__(self, riid: object) -> bool:
        return riid in self.rows or any(riid in people.riids for people in self.ranges)

    def riids(self) -> Iterator[int]:
        """Yield everybody's recipient id, those of ranges last."""
        yield from self.rows
        for people in self.ranges:
            yield from (riid for riid in people.riids if riid not in self.rows)

    def add(self, seeds: Iterable[MemberSeed]) -> None:
        """Add people; one with a recipient id that is taken replaces the old one."""
        for seed in seeds:
            riid = self.reserve(1) if seed.riid is None else seed.riid
            self.next_riid = max(self.next_riid, riid + 1)
            self.store(riid, row_of(seed))

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

    def insert(self, row: Row) -> int:
        """Add one person and return the recipient id."""
        riid = self.reserve(1)
        self.store(riid, row)
        return riid

    def update(self, riid: int, changes: Row) -> None:
        """Change the columns that are named."""
        self.store(riid, self.stored(riid) | changes)

    def stored(self, riid: int) -> Row:
        """Return what was said of one person."""
        if riid in self.rows:
            return self.rows[riid]
        return next((people.row(riid) for people in self.ranges if people.holds(riid)), {})

    def store(self, riid: int, row: Row) -> None:
        """Put ``row`` in the place of what was known."""
        old = self.stored(riid)
        new: Row = {column: value for column, value in row.items() if value}
        known = riid in self.rows
        self.written += not known and riid in self
        self.rows[riid] = new
        for column in STORED_KEYS:
            if not known or old.get(column) != new.get(column):
                self.leave(column, old.get(column), riid)
                self.enter(column, new.get(column), riid)
        email = new.get("EMAIL_ADDRESS_")
        if not known or old.get("EMAIL_ADDRESS_") != email:
            self.rehash(riid, old.get("EMAIL_ADDRESS_"))

    def rehash(self, riid: int, old: str | None) -> None:
        """Let a person's hashes be computed anew at the next look-up."""
        for column, digest in HASHES.items():
            if old:
                self.leave(column, digest(old), riid)
            self.unhashed_rows[column].append(riid)

    def enter(self, column: str, value: str | None, riid: int) -> None:
        """Let a person be found by ``value``."""
        if value:
            index, key = self.index[column], NORMALISE[column](value)
            index[key] = riid if key not in index else (*several(index[key]), riid)

    def leave(self, column: str, value: str | None, riid: int) -> None:
        """Let a person not be found by ``value`` any more."""
        index, key = self.index[column], NORMALISE[column](value or "")
        if key in index:
            others = tuple(other for other in several(index.pop(key)) if other != riid)
            if others:
                index[key] = others[0] if len(others) == 1 else others

    def find(self, column: str, value: str | int) -> int:
        """Return the recipient id, NOBODY or SEVERAL."""
        key = NORMALISE[column](value)
        found = self.index[column].get(key)
        if found is None:
            found = self.find_elsewhere(column, key) or self.welcome(column, key)
        return found if isinstance(found, int) else SEVERAL

    def find_all(self, column: str, value: str) -> tuple[int, ...]:
        """Return every recipient id that answers to ``value``, strangers aside."""
        key = NORMALISE[column](value)
        found = self.index[column].get(key) or self.find_elsewhere(column, key)
        return several(found) if found else ()

    def match(self, keys: dict[str, str]) -> tuple[int, ...]:
        """Return all who answer to every one of these; if need be a stranger, who answers to the only one."""
        (first, value), *others = keys.items()
        found = self.find_all(first, value)
        for column, other in others:
            found = tuple(riid for riid in found if self.answers(riid, column, other))
        stranger = NOBODY if found or others else self.welcome(first, NORMALISE[first](value))
        return (stranger,) if stranger else found

    def answers(self, riid: int, column: str, value: str) -> bool:
        """Tell whether a person has this value."""
        known = (self.get(riid) or {}).get(column)
        return bool(known) and NORMALISE[column](known) == NORMALISE[column](value)

    def find_elsewhere(self, column: str, key: str) -> int | tuple[int, ...]:
        """Return the recipient id of somebody who is not in the index (yet), or NOBODY."""
        if column == "RIID_":
            return int(key) if key.isdecimal() and int(key) in self else NOBODY
        if column not in HASHES:
            return self.find_in_ranges(column, key)
        self.hash_all(column)
        return self.index[column].get(key, NOBODY)

    def find_in_ranges(self, column: str, key: str) -> int:
        """Return the recipient id of somebody of whom nothing is stored, or NOBODY."""
        for people in self.ranges:
            riid = people.find(column, key)
            if riid and riid not in self.rows:
                return riid
        return NOBODY

    def hash_all(self, column: str) -> None:
        """Put those into the index of a hash who are not in it."""
        for people in self.unhashed[column]:
            hashes = {key: riid for key, riid in people.hashes(column).items() if riid not in self.rows}
            self.index[column] = {**hashes, **self.index[column]}
        for riid in dict.fromkeys(self.unhashed_rows[column]):
            email = self.rows[riid].get("EMAIL_ADDRESS_")
            self.enter(column, HASHES[column](email) if email else None, riid)
        self.unhashed[column], self.unhashed_rows[column] = [], []

    def welcome(self, column: str, key: str) -> int:
        """Return an id for a stranger, where they are welcome: always the same for one identifier."""
        if not self.anyone or not SHAPES[column].fullmatch(key):
            return NOBODY
        return int(key) if column == "RIID_" else FIRST_STRANGER + (hash((column, key)) & 0xFFFFFFFFFFFF)

    def get(self, riid: int) -> Row | None:
        """Return the columns of one person, None when nobody has that id."""
        return show(riid, self.stored(riid)) if riid in self else None


def several(found: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return one or more recipient ids as a tuple."""
    return (found,) if isinstance(found, int) else found


def row_of(seed: MemberSeed) -> Row:
    """Return what is stored of a person."""
    keys: Row = {
        "CUSTOMER_ID_": seed.customer_id,
        "EMAIL_ADDRESS_": seed.email,
        "MOBILE_NUMBER_": seed.mobile,
    }
    return keys | {name.upper(): value for name, value in seed.fields.items()}
