"""Titles at rest: a pair keeps them equal, and lists those that a person decides about."""

from collections.abc import Iterator

from sqlalchemy import select

from pipeline.consents.addresses import digest_of_address
from pipeline.operate.pairs import PairLook, find_pair
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles
from tests.chaos.both_sides.systems import Systems

DECIDED_BY_PEOPLE = ("asked", "frozen", "first", "refused")  # states that `pairs diff` lists for long
PAIR = "person"


def titles_apart(systems: Systems) -> Iterator[str]:
    """Give titles that the emulators hold otherwise on both sides, and that no list shows.

    A contact is the side of Salesforce where there is one, a lead where there is none.
    """
    titles = {record["Email"]: record.get("Title") for _, record in systems.org.people()}  # leads come first
    listed = listed_people(systems)
    for address, member in systems.members().items():
        ours, theirs = titles.get(address) or "", member.get("TITLE") or ""
        if ours != theirs and digest_of_address(address) not in listed:
            yield f"title {address}: {ours!r} in Salesforce, {theirs!r} in Responsys"


def listed_people(systems: Systems) -> set[str]:
    """Return the digests of addresses whose titles `pairs diff` leaves to a person."""
    look = PairLook(systems.stores, find_pair(systems.stores.records.load(), PAIR))
    people = {one.person for one in look.differences() if one.state in DECIDED_BY_PEOPLE}
    query = select(handles.c.value).where(handles.c.kind == "email", handles.c.person.in_(people))
    with reading(systems.stores.events) as connection:
        return set(connection.scalars(query))
