"""Untold states: those that a destination was never told, for it came later or the consents only watched."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, exists, literal, select

from pipeline.consents.addresses import (
    STAND_IN,
    fill_in_addresses,
    handles_of_people,
    nonempty_identifiers,
    profile_of,
    stand_in,
)
from pipeline.consents.statement import OUT
from pipeline.consents.telling import Addressed
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells
from pipeline.stores.people_tables import handles
from pipeline.stores.unindexed import unindexed

AT_ONCE = 1_000  # addresses
Scope = tuple[str, str]  # kind of handle, account of a RIID
MOST_TELLS = 3  # of one state that a destination refuses


def untold(connection: Connection, channel: str, destination: str, after: str) -> list[str]:
    """Return addresses above ``after``, in order, with a state that a destination was never told."""
    state, said = consent_states.c, consent_statements.c
    was_told = exists().where(
        consent_tells.c.statement == state.statement, consent_tells.c.destination == destination
    )
    query = (
        select(state.address)
        .join(consent_statements, said.id == state.statement)
        .where(state.channel == channel, said.effect != "", state.address > after, ~was_told)
    )
    return list(connection.scalars(query.order_by(state.address).limit(AT_ONCE)))


def named_later(connection: Connection, channel: str, mark: int, top: int) -> list[str]:
    """Return the stand-ins that are out, of people with an address above the id ``mark``, up to ``top``."""
    email = handles.alias("email")
    place = literal(STAND_IN) + handles.c.scope + literal(":") + handles.c.value
    is_out = (unindexed(consent_states.c.channel) == channel) & (consent_states.c.status == OUT)
    query = (
        select(consent_states.c.address)
        .join(handles, (unindexed(handles.c.kind) == "riid") & (place == consent_states.c.address))
        .join(email, (email.c.person == handles.c.person) & (unindexed(email.c.kind) == "email"))
        .where(is_out, email.c.id > mark, email.c.id <= top)
    )
    return list(connection.scalars(query.distinct()))


def named_since(connection: Connection, channel: str) -> list[str]:
    """Return the stand-ins that are out and were refused, of people that have an address by now.

    Such a person comes of two known ones that became one: no handle is new, so a mark would miss it. Each
    stand-in is told at most ``MOST_TELLS`` times.
    """
    told, state = consent_tells.c, consent_states.c
    own = (state.statement == told.statement) & (state.address == told.address)
    refused = (
        select(told.address)
        .join(consent_states, own & (unindexed(state.channel) == channel))
        .where(told.waits, told.settled_at.is_not(None), told.address.startswith(STAND_IN))
        .where(state.status == OUT, state.tells < MOST_TELLS)
    )
    addresses = list(connection.scalars(refused.distinct()))
    return [
        address
        for first in range(0, len(addresses), AT_ONCE)
        for address in with_address(connection, addresses[first : first + AT_ONCE])
    ]


def with_address(connection: Connection, stand_ins: Sequence[str]) -> list[str]:
    """Return the stand-ins of people that have an address."""
    people = people_of(connection, stand_ins)
    own = handles.c.person.in_(set(people.values())) & (unindexed(handles.c.kind) == "email")
    named = set(connection.scalars(select(handles.c.person).where(own))) if people else set()
    return [address for address, person in people.items() if person in named]


def addressed_of(connection: Connection, addresses: Sequence[str]) -> list[Addressed]:
    """Return addresses with their people; an address without a person is left out."""
    people = people_of(connection, addresses)
    known = handles_of_people(connection, set(people.values()))
    fill_in_addresses(connection, known)
    found = []
    for address, person in people.items():
        has = known[person]
        stands_in = address.startswith(STAND_IN)
        own = [label for _, digest, label in has.emails if stands_in or digest == address]
        label = next(filter(None, own), None)
        riid = address.rpartition(":")[2] if stands_in else has.only_riid
        identifiers = nonempty_identifiers({"email": label, "riid": riid})
        profile = f"person:{person}" if stands_in else profile_of(person, address, has)
        found.append(Addressed(address, profile, identifiers))
    return found


def people_of(connection: Connection, addresses: Sequence[str]) -> dict[str, int]:
    """Return the people of addresses and of stand-ins."""
    values: defaultdict[Scope, list[str]] = defaultdict(list)
    for one in addresses:
        _, account, riid = one.split(":") if one.startswith(STAND_IN) else ("", "", "")
        values["riid" if riid else "email", account].append(riid or one)
    found: dict[str, int] = {}
    for (kind, scope), some in values.items():
        own = (handles.c.kind == kind) & (handles.c.scope == scope) & handles.c.value.in_(some)
        for value, person in connection.execute(select(handles.c.value, handles.c.person).where(own)):
            found[stand_in(scope, value) if kind == "riid" else value] = person
    return found
