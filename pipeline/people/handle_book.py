"""A book of handles: those that a transaction needs, with their people, and its changes to them.

Ids follow one upon the other, so a transaction that gives some, or merges people, holds the lock of the one
row of folds, as landings of event files do. These remember people, and forget them after a merge.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from pipeline.people.known_handles import insert_handles
from pipeline.people.merging import merge_people
from pipeline.people.record_identity import Key
from pipeline.people.record_rows import handles_named
from pipeline.people.waking import wake
from pipeline.stores.event_tables import event_folds, handles

UNLABELLED = ("id", "kind", "scope", "value", "person")


class HandleBook:
    """Handles of one transaction; people that were merged in it are known by their new numbers at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[Key, int] = {}
        self._people: dict[int, int] = {}  # by handle
        self._merged: dict[int, int] = {}  # number to the lower one that it became
        self._new: list[Key] = []
        self._reserved: dict[Key, int] = {}  # of handles that may be added
        connection.execute(select(event_folds.c.number).with_for_update())
        self._before: int = connection.scalar(select(func.max(handles.c.id))) or 0
        self._highest = self._before

    def look_up(self, keys: Iterable[Key]) -> None:
        """Read the stored rows of some handles."""
        wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for kind, scope, value in keys:
            if (kind, scope, value) not in self._ids:
                wanted[kind, scope].add(value)
        for (kind, scope), values in sorted(wanted.items()):
            for value, handle, person in handles_named(self._connection, kind, scope, sorted(values)):
                self.know((kind, scope, value), handle, person)

    def know(self, key: Key, handle: int, person: int) -> None:
        """Take note of a handle that the store has."""
        self._ids[key] = handle
        self._people[handle] = person

    def id(self, key: Key) -> int | None:
        """Return the id of a handle; None: there is none."""
        return self._ids.get(key)

    def person(self, key: Key) -> int | None:
        """Return the person of a handle; None: there is none."""
        handle = self._ids.get(key)
        return None if handle is None else self.now(self._people[handle])

    def is_new(self, person: int) -> bool:
        """Whether a person was made by this transaction."""
        return person > self._before

    def now(self, person: int) -> int:
        """Return the number that a person has after the merges of this transaction."""
        while person in self._merged:
            person = self._merged[person]
        return person

    def knows(self, keys: Sequence[Key]) -> bool:
        """Whether any of some handles is there."""
        return not self._ids.keys().isdisjoint(keys)

    def reserve_ids(self, keys: Iterable[Key]) -> None:
        """Reserve the next ids, in this order, for handles that the store has not: some may be added.

        Handles with ids in the order of their texts are stored faster.
        """
        for key in keys:
            if key not in self._ids and key not in self._reserved:
                self._highest += 1
                self._reserved[key] = self._highest

    def add(self, key: Key, person: int | None = None) -> int:
        """Add a handle to a person, None: to a new one; return the person."""
        number = self._reserved.get(key, 0)
        if number <= (person or 0):  # a person has the smallest number of its handles
            number = self._highest = self._highest + 1
        self._ids[key] = number
        self._people[number] = person = number if person is None else person
        self._new.append(key)
        return person

    def unite(self, one: int, other: int) -> int:
        """Make two people one, and return the number."""
        lower, higher = sorted((self.now(one), self.now(other)))
        if lower != higher:
            self._merged[higher] = lower
        return lower

    def store(self) -> None:
        """Write new handles, and people that were merged."""
        now, ids, people = self.now, self._ids, self._people
        rows = [(number := ids[key], *key, now(people[number])) for key in self._new]
        rows.sort()
        insert_handles(self._connection, rows, UNLABELLED)
        merge_people(self._connection, {person: self.now(person) for person in self._merged})
        records = (row for row in rows if row[1] == "salesforce")
        wake(self._connection, {person for number, _, _, _, person in records if person != number})
