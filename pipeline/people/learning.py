"""Learning: ids that answers told of people become their handles; a clash is a conflict, never a merge."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from pipeline.people.conflict_book import ConflictBook
from pipeline.people.erased_records import erased_among
from pipeline.people.find import person_number
from pipeline.people.handle_book import HandleBook
from pipeline.people.record_identity import Key
from pipeline.people.record_rows import RecordRow, known_records, store_records
from pipeline.stores.people_tables import handles

RANKS = {"003": 0, "00Q": 2}  # of records that are people, by the beginning of their ids


@dataclass(frozen=True)
class Lesson:
    """Handles that an answer told of one profile, such as "person:7"."""

    profile: str
    keys: tuple[Key, ...]
    at: int  # seconds since the epoch


def learn(connection: Connection, lessons: Sequence[Lesson]) -> None:
    """Give people the handles that were told of them; to repeat it changes nothing.

    Profiles that are no people of ours, erased ones and records of other kinds are left out.
    """
    if not any(person_number(lesson.profile) is not None for lesson in lessons):
        return
    book, conflicts = HandleBook(connection), ConflictBook(connection)
    people = people_of(connection, lessons)
    told = [
        (people[lesson.profile], key, lesson.at)
        for lesson in lessons
        if lesson.profile in people
        for key in usable_keys(connection, lesson.keys)
    ]
    book.look_up(key for _, key, _ in told)
    moments: dict[Key, int] = {}
    for person, key, at in told:
        if give_handle(book, conflicts, person, key) and key[0] == "riid":
            moments[key] = max(at, moments.get(key, 0))
    book.store()
    reserve_records(connection, [key for _, key, _ in told if key[0] == "salesforce"])
    note_moments(connection, moments)


def people_of(connection: Connection, lessons: Sequence[Lesson]) -> dict[str, int]:
    """Return the people of profiles; an erased one is not there."""
    numbers = {number: lesson.profile for lesson in lessons
               if (number := person_number(lesson.profile)) is not None}  # fmt: skip
    query = select(handles.c.id, handles.c.person).where(handles.c.id.in_(numbers))
    return {numbers[row.id]: row.person for row in connection.execute(query)}


def usable_keys(connection: Connection, keys: Iterable[Key]) -> list[Key]:
    """Leave out records that are no people, and those that were erased."""
    found = [key for key in keys if key[0] != "salesforce" or key[2][:3] in RANKS]
    erased = erased_among(connection, [key[2] for key in found if key[0] == "salesforce"])
    return [key for key in found if key[2] not in erased]


def give_handle(book: HandleBook, conflicts: ConflictBook, person: int, key: Key) -> bool:
    """Give a person a handle; False if it is another's, which is a conflict."""
    owner = book.person(key)
    if owner is None:
        book.add(key, person)
    elif owner != person:
        if conflicts.unanswered(person, {key: owner}):
            conflicts.open("handles", person, {key: owner}, [key])
        return False
    return True


def reserve_records(connection: Connection, keys: Collection[Key]) -> None:
    """Note records that answers have named; their first reading counts as such."""
    for org in {key[1] for key in keys}:
        known = known_records(connection, org, {key[2] for key in keys if key[1] == org})
        new = [row for row in known.values() if row.rank is None]
        store_records(connection, [RecordRow(*row[:3], rank=RANKS[row.id[:3]]) for row in new])


def note_moments(connection: Connection, moments: dict[Key, int]) -> None:
    """Write when RIIDs were told."""
    for (kind, scope, value), at in moments.items():
        this = (handles.c.kind == kind) & (handles.c.scope == scope) & (handles.c.value == value)
        connection.execute(update(handles).where(this).values(told_at=at))
