"""Conflicts of one transaction: two people are asked about once; a settled question is not asked again."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, or_, select, update

from pipeline.people.record_identity import Key
from pipeline.stores.people_tables import conflicts, person_records

APART = "apart"
IS_PERSON = conflicts.c.settled.startswith("person:")
SUGGESTIONS = {"family_name": APART, "handles": "same"}


class ConflictBook:
    """Opens conflicts, and closes each one after its cause is gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._left: set[int] = set()

    def unanswered(self, person: int, named: Mapping[Key, int]) -> dict[Key, int]:
        """Return the handles that name other people than ``person`` and are not settled about yet."""
        foreign = {key: other for key, other in named.items() if other != person}
        if not foreign:
            return {}
        between = or_(conflicts.c.whose == person, conflicts.c.other == person)
        query = select(conflicts).where(between, or_(conflicts.c.settled == APART, IS_PERSON))
        for row in self._connection.execute(query):
            apart = {row.whose, row.other} if row.settled == APART else set()
            asked = (
                {key_of(handle) for handle in row._mapping["values"]["handles"]}
                if row.whose == person
                else set()
            )
            foreign = {
                key: other for key, other in foreign.items() if other not in apart and key not in asked
            }
        return foreign

    def open(
        self, kind: str, whose: int, named: Mapping[Key, int], keys: Iterable[Key], record: str = ""
    ) -> int:
        """Return the open conflict between a person and those that handles name, a new one if need be.

        ``keys`` are all handles that came together, also those that are unknown until it is settled.
        """
        other = min(set(named.values()) - {whose})
        same = (conflicts.c.whose == whose) & (conflicts.c.other == other) & conflicts.c.settled.is_(None)
        number = self._connection.scalar(select(conflicts.c.id).where(same, conflicts.c.kind == kind))
        if number is not None:
            return int(number)
        values = {"record": record, "handles": [handle_document(key, named.get(key)) for key in keys]}
        row = {"kind": kind, "whose": whose, "other": other, "values": values, "at": datetime.now(UTC)}
        added = self._connection.execute(insert(conflicts).values(row | {"suggestion": SUGGESTIONS[kind]}))
        return int(added.inserted_primary_key[0])  # type: ignore[index]

    def leave(self, number: int) -> None:
        """Note that the cause of a conflict is gone for one of its records."""
        self._left.add(number)

    def end(self) -> None:
        """Close conflicts that bar no record any more."""
        if not self._left:
            return
        barred = select(person_records.c.conflict).where(person_records.c.conflict.in_(self._left))
        gone = self._left - set(self._connection.scalars(barred))
        closed = {"settled": "gone", "settled_by": "record", "settled_at": datetime.now(UTC)}
        self._connection.execute(update(conflicts).where(conflicts.c.id.in_(gone)).values(closed))

    def open_among(self, numbers: Collection[int | None]) -> set[int]:
        """Return which of some conflicts are open."""
        if not numbers:
            return set()
        among = conflicts.c.id.in_(numbers) & conflicts.c.settled.is_(None)
        return set(self._connection.scalars(select(conflicts.c.id).where(among)))


def handle_document(key: Key, person: int | None) -> dict[str, str | None]:
    """Return the form of a handle in a conflict: no address, but its digest."""
    kind, scope, value = key
    return {"kind": kind, "scope": scope, "value": value, "person": f"person:{person}" if person else None}


def key_of(handle: Mapping[str, str]) -> Key:
    """Return the handle that a conflict has kept."""
    return handle["kind"], handle["scope"], handle["value"]
