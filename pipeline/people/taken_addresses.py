"""Taken addresses: one that Responsys refused a person, because another member has it, is a conflict.

The member is a person of its own until the conflict is settled, also if no stream or file has met it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.people.conflict_book import ConflictBook
from pipeline.people.find import person_number
from pipeline.people.handle_book import HandleBook
from pipeline.people.record_identity import Key, key_of_address
from pipeline.stores.people_tables import handles


@dataclass(frozen=True)
class TakenAddress:
    """An address that a profile was to get, and the member that has it."""

    profile: str  # "person:7"
    address: str
    account: str  # of the RIID
    riid: str

    @property
    def member(self) -> Key:
        """Return the handle of the member."""
        return "riid", self.account, self.riid


def ask_about(connection: Connection, taken: Sequence[TakenAddress]) -> None:
    """Open a conflict between each person and the one with the address; to repeat it changes nothing.

    Profiles that are no people of ours and erased ones are left out.
    """
    people = people_of(connection, [one.profile for one in taken]) if taken else {}
    if not people:
        return
    book, conflicts = HandleBook(connection), ConflictBook(connection)
    book.look_up(one.member for one in taken)
    for one in (one for one in taken if one.profile in people):
        person = people[one.profile]
        named = {one.member: book.person(one.member) or book.add(one.member)}
        if foreign := conflicts.unanswered(person, named):
            address = key_of_address(one.address)
            conflicts.open("handles", person, foreign, [one.member, *([address] if address else [])])
    book.store()


def people_of(connection: Connection, profiles: Sequence[str]) -> dict[str, int]:
    """Return the people of profiles; a former number names the present person."""
    numbers = {number: profile for profile in profiles if (number := person_number(profile)) is not None}
    query = select(handles.c.id, handles.c.person).where(handles.c.id.in_(numbers))
    return {numbers[row.id]: row.person for row in connection.execute(query)}
