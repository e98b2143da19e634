"""Conflicts: records and handles name different people, and only a human can say which; never guessed.

Answers: ``same``: the two people are one. ``apart``: they are not, and the question is not asked again.
``person:7``: the person of the conflict is person 7. A settled conflict bars no record any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from pipeline.errors import Misconfigured
from pipeline.people.conflict_book import key_of
from pipeline.people.find import person_number
from pipeline.people.handle_book import HandleBook
from pipeline.people.record_identity import Key
from pipeline.people.unbarring import unbar
from pipeline.stores.people_tables import conflicts, handles, person_records
from pipeline.stores.stream_tables import records
from pipeline.text.times import rfc3339

ANSWERS = ("same", "apart")


@dataclass(frozen=True)
class Conflict:
    """One question, and its answer if it has one."""

    id: int
    kind: str  # family_name: one address with two; handles: those of one record name different people; pair
    whose: int  # person
    other: int  # person; 0: it is about one alone
    values: Mapping[str, Any]  # {"record": id, "handles": [{"kind", "scope", "value", "person"}]}
    suggestion: str
    settled: str | None  # same, apart, person:7, gone
    settled_by: str | None
    settled_at: datetime | None
    at: datetime

    @property
    def document(self) -> dict[str, Any]:
        """Return the conflict for people and programs."""
        return {
            "id": self.id,
            "kind": self.kind,
            "whose": f"person:{self.whose}",
            "other": f"person:{self.other}" if self.other else None,
            "values": self.values,
            "suggestion": self.suggestion,
            "settled": self.settled,
            "by": self.settled_by,
            "settled_at": self.settled_at and rfc3339(self.settled_at),
            "at": rfc3339(self.at),
        }

    @property
    def keys(self) -> list[Key]:
        """Return the handles that came together when it was asked."""
        return [key_of(handle) for handle in self.values["handles"]]


def conflicts_query() -> Select[Any]:
    """Return the query of all conflicts; ``conflict_of`` reads its rows."""
    return select(conflicts)


def conflict_of(row: Row[Any] | Mapping[str, Any]) -> Conflict:
    """Read a row."""
    return Conflict(**(row if isinstance(row, Mapping) else row._mapping))


def find_conflict(connection: Connection, number: int) -> Conflict:
    """Return a conflict; raises Misconfigured if there is none of this number."""
    row = connection.execute(conflicts_query().where(conflicts.c.id == number)).first()
    if row is None:
        raise Misconfigured(f"there is no conflict {number}: `activation conflicts list` has their numbers")
    return conflict_of(row)


def settle_conflict(connection: Connection, number: int, answer: str, by: str) -> int:
    """Settle an open conflict in the events store; return the number of its person after it.

    Raises Misconfigured for another answer, and for a conflict that is settled.
    """
    book = HandleBook(connection)  # from here on no other transaction changes people
    conflict = find_conflict(connection, number)
    if conflict.settled is not None:
        raise Misconfigured(f"conflict {number} is settled: {conflict.settled}, by {conflict.settled_by}")
    others = others_of(book, conflict, answer)
    note_answer(connection, conflict, answer, by)
    book.look_up(conflict.keys)
    person = conflict.whose
    for other in others:
        person = book.unite(person, other)
    for key in (key for key in conflict.keys if book.id(key) is None):
        book.add(key, person)
    book.store()
    return book.now(person)


def others_of(book: HandleBook, conflict: Conflict, answer: str) -> list[int]:
    """Return the people that become one with the person of the conflict, by this answer."""
    book.look_up(conflict.keys)
    named = {person for key in conflict.keys if (person := book.person(key)) is not None}
    if answer == "same":
        return sorted(named | {conflict.other})
    if answer == "apart":
        return []
    person, people = person_number(answer), (named | {conflict.other}) - {0}
    if person in people:
        return [person]
    wrong = f'"{answer}" is no answer' if person is None else f"conflict {conflict.id} is not about {answer}"
    raise Misconfigured(f"{wrong}; there are: {', '.join(possible_answers(conflict, people))}")


def possible_answers(conflict: Conflict, people: set[int]) -> list[str]:
    """Return the answers that a conflict about these people has."""
    others = sorted(people - {conflict.whose})
    return [*ANSWERS, *(f"person:{person}" for person in others)]


def note_answer(connection: Connection, conflict: Conflict, answer: str, by: str) -> None:
    """Write the answer. The next reading takes the records of the conflict as if they were new."""
    number = conflict.id
    settled = {"settled": answer, "settled_by": by, "settled_at": datetime.now(UTC)}
    connection.execute(update(conflicts).where(conflicts.c.id == number).values(settled))
    barred = select(handles.c.value).join(person_records, person_records.c.handle == handles.c.id)
    names = list(connection.scalars(barred.where(person_records.c.conflict == number)))
    if conflict.values["record"]:
        names.append(conflict.values["record"])  # a member is known by its RIID alone
    connection.execute(delete(records).where(records.c.record.in_(names)))
    unbar(connection, number)
