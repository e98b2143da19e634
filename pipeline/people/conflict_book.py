"""Conflicts of one transaction: two people are asked about once; a settled question is not asked again."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from pipeline.people.record_identity import Key
from pipeline.stores.people_tables import conflicts, person_records

APART = "apart"
SUGGESTIONS = {"family_name": APART, "handles": "same"}


class ConflictBook:
    """Opens conflicts, and closes those whose cause is gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._left: set[int] = set()

    def apart(self, person: int, others: Collection[int]) -> set[int]:
        """Return which of others were settled to be another person."""
        between = or_(
            (conflicts.c.whose == person) & conflicts.c.other.in_(others),
            (conflicts.c.other == person) & conflicts.c.whose.in_(others),
        )
        query = select(conflicts.c.whose, conflicts.c.other)
        found = self._connection.execute(query.where(between, conflicts.c.settled == APART))
        return {number for pair in found for number in pair} - {person}

    def open(self, kind: str, whose: int, named: Mapping[Key, int], record: str = "") -> int:
        """Return the open conflict between a person and those that its handles name, a new one if need be."""
        others = sorted(set(named.values()) - {whose})
        same = (conflicts.c.whose == whose) & (conflicts.c.other == others[0]) & conflicts.c.settled.is_(None)
        number = self._connection.scalar(select(conflicts.c.id).where(same, conflicts.c.kind == kind))
        return number or self._add(kind, whose, others[0], values_of(named, record))

    def _add(self, kind: str, whose: int, other: int, values: Any) -> int:
        row = {
            "kind": kind,
            "whose": whose,
            "other": other,
            "values": values,
            "suggestion": SUGGESTIONS[kind],
        }
        added = self._connection.execute(insert(conflicts).values(row | {"at": datetime.now(UTC)}))
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


def values_of(named: Mapping[Key, int], record: str) -> dict[str, Any]:
    """Return what a conflict keeps: digests and ids, no address."""
    handles = [
        {"kind": kind, "scope": scope, "value": value, "person": f"person:{person}" if person else None}
        for (kind, scope, value), person in named.items()
    ]
    return {"record": record, "handles": handles}
