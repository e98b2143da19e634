"""Newcomers: members with an address that is out, and a RIID that became known later; lists are told of them.

New handles get ascending ids, so the mark is the highest id that was looked at.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from pipeline.consents.addresses import nonempty_identifiers
from pipeline.consents.own_writes import Tell
from pipeline.consents.statement import OUT
from pipeline.consents.telling import Addressed
from pipeline.consents.told import tells_of
from pipeline.stores.consent_tables import consent_states
from pipeline.stores.people_tables import handles
from pipeline.stores.unindexed import unindexed

AT_ONCE = 50_000  # handles


@dataclass(frozen=True)
class Newcomers:
    """The addresses to tell again, and the mark after them."""

    people: list[Addressed]
    mark: int


def highest_handle(connection: Connection) -> int:
    """Return the highest id of a handle."""
    return connection.scalar(select(func.max(handles.c.id))) or 0


def newcomers(connection: Connection, channel: str, mark: int, destinations: Collection[str]) -> Newcomers:
    """Return the addresses that are out, of people with a RIID above the mark.

    ``destinations``: the names of those that write to lists.
    """
    top = top_after(connection, mark)
    email = handles.alias("email")
    is_out = (consent_states.c.channel == channel) & (consent_states.c.status == OUT)
    query = (
        select(
            handles.c.person, handles.c.told_at, handles.c.value.label("riid"), email.c.value, email.c.label
        )
        .join(email, (email.c.person == handles.c.person) & (unindexed(email.c.kind) == "email"))
        .join(consent_states, is_out & (consent_states.c.address == email.c.value))
        .where(handles.c.id > mark, handles.c.id <= top, unindexed(handles.c.kind) == "riid")
    )
    rows = connection.execute(query).all()
    tells = tells_of(connection, channel, {row.value for row in rows}, destinations)
    people = [
        Addressed(
            row.value, f"person:{row.person}", nonempty_identifiers({"riid": row.riid, "email": row.label})
        )
        for row in rows
        if not taught_it(row.told_at, tells.get(row.value, ()))
    ]
    return Newcomers(people, top)


def top_after(connection: Connection, mark: int) -> int:
    """Return the id up to which handles are looked at: the one of AT_ONCE RIIDs, or the highest."""
    own = (handles.c.id > mark) & (unindexed(handles.c.kind) == "riid")
    query = select(handles.c.id).where(own).order_by(handles.c.id).offset(AT_ONCE - 1).limit(1)
    return connection.scalar(query) or highest_handle(connection)


def taught_it(told_at: int | None, tells: Sequence[Tell]) -> bool:
    """Tell whether the answer to the opting out told the RIID; ``told_at``: seconds since the epoch."""
    answers = [
        tell.settled_at // 1000 for tell in tells if tell.status == OUT and tell.settled_at is not None
    ]
    return told_at is not None and told_at in answers
