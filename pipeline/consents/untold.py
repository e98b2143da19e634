"""Untold states: those that a destination was never told, for it came later or the consents only watched."""

from collections.abc import Sequence

from sqlalchemy import Connection, exists, literal, select, tuple_

from pipeline.consents.addresses import STAND_IN, complete, handles_of_people, nonempty, profile_of, stand_in
from pipeline.consents.statement import OUT
from pipeline.consents.telling import Addressed
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells
from pipeline.stores.people_tables import handles

AT_ONCE = 1_000  # addresses
MOST_TELLS = 3  # of one state, where what was told was refused


def untold(connection: Connection, channel: str, destination: str, after: str) -> list[str]:
    """Return some addresses behind ``after``, in their order, whose state a destination was never told."""
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
    """Return the stand-ins that are out, of people whose address has an id above ``mark``, up to ``top``."""
    email = handles.alias("email")
    place = literal(STAND_IN) + handles.c.scope + literal(":") + handles.c.value
    is_out = (consent_states.c.channel == channel) & (consent_states.c.status == OUT)
    query = (
        select(consent_states.c.address)
        .join(handles, (handles.c.kind == "riid") & (place == consent_states.c.address))
        .join(email, (email.c.person == handles.c.person) & (email.c.kind == "email"))
        .where(is_out, email.c.id > mark, email.c.id <= top)
    )
    return list(connection.scalars(query.distinct()))


def named_since(connection: Connection, channel: str) -> list[str]:
    """Return the stand-ins that are out and were refused, of people whose address is known by now.

    Two people who were both known have become one: no handle is new. Each is told a few times at most.
    """
    refused = consent_tells.c.waits & consent_tells.c.settled_at.is_not(None)
    own = (consent_states.c.statement == consent_tells.c.statement) & (consent_states.c.channel == channel)
    email, place = (
        handles.alias("email"),
        literal(STAND_IN) + handles.c.scope + literal(":") + handles.c.value,
    )
    query = (
        select(consent_states.c.address)
        .join(consent_tells, own & refused & (consent_tells.c.address == consent_states.c.address))
        .join(handles, (handles.c.kind == "riid") & (place == consent_states.c.address))
        .join(email, (email.c.person == handles.c.person) & (email.c.kind == "email"))
        .where(consent_states.c.status == OUT, consent_states.c.tells < MOST_TELLS)
        .where(consent_states.c.address.startswith(STAND_IN))
    )
    return list(connection.scalars(query.distinct()))


def addressed_of(connection: Connection, addresses: Sequence[str]) -> list[Addressed]:
    """Return addresses with their people; one of nobody is left out."""
    people = people_of(connection, addresses)
    known = handles_of_people(connection, set(people.values()))
    complete(connection, known)
    found = []
    for address, person in people.items():
        has = known[person]
        stands_in = address.startswith(STAND_IN)
        own = [label for _, digest, label in has.emails if stands_in or digest == address]
        label = next(filter(None, own), None)
        riid = address.rpartition(":")[2] if stands_in else has.only_riid
        identifiers = nonempty({"email": label, "riid": riid})
        profile = f"person:{person}" if stands_in else profile_of(person, address, has)
        found.append(Addressed(address, profile, identifiers))
    return found


def people_of(connection: Connection, addresses: Sequence[str]) -> dict[str, int]:
    """Return the people of addresses and of stand-ins."""
    stand_ins = [tuple(one.split(":")[1:]) for one in addresses if one.startswith(STAND_IN)]
    digests = [one for one in addresses if not one.startswith(STAND_IN)]
    own = handles.c
    emails = select(own.value, own.person).where(own.kind == "email", own.scope == "", own.value.in_(digests))
    riids = select(own.scope, own.value, own.person).where(
        own.kind == "riid", tuple_(own.scope, own.value).in_(stand_ins)
    )
    found = {row.value: row.person for row in connection.execute(emails)} if digests else {}
    rows = connection.execute(riids) if stand_ins else ()
    return found | {stand_in(row.scope, row.value): row.person for row in rows}
