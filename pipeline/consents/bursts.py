"""Bursts: so many people opt out within an hour by one source that a mistake is more likely than a wish.

Then no wish of that source is passed on until a person has looked. The states count at once, so these people
get no messages meanwhile; the activations wait in ``outgoing`` under a name of their own.
"""

from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from pipeline.consents.statement import OUT
from pipeline.consents.telling import statement_of
from pipeline.stores.consent_tables import consent_bursts, consent_statements, consent_states
from pipeline.stores.people_tables import handles
from pipeline.stores.stream_tables import outgoing
from pipeline.stores.upsert import insert_into

HOUR = 3_600_000  # ms
SHARE = 0.02  # of all people
MOST = 5_000  # people
FEWEST = 20  # below it nothing is a burst, however few people there are


@dataclass(frozen=True)
class Burst:
    """One source from which nothing is passed on."""

    name: str  # of the consents
    source: str
    since: int  # ms since the epoch
    amount: int  # of people that opted out within an hour
    people: int  # all that are known

    @property
    def text(self) -> str:
        """Say it in words."""
        return (
            f'{self.amount:,} of {self.people:,} people opted out within an hour by source "{self.source}": '
            "they are written to no more, and nobody else is told until you have looked"
        )


def is_held(connection: Connection, name: str, source: str, now: int) -> bool:
    """Tell whether nothing is passed on from a source; looked at again after each page that opts out."""
    row = connection.execute(
        select(consent_bursts).where(consent_bursts.c.name == name, consent_bursts.c.source == source)
    ).first()
    if row is not None and row.since is not None:
        return True
    since = max(now - HOUR, row.released_at if row is not None and row.released_at else 0)
    amount = amount_since(connection, name, source, since)
    if amount <= FEWEST:
        return False
    people = count_people(connection)
    if amount <= max(FEWEST, min(MOST, SHARE * people)):
        return False
    hold(connection, Burst(name, source, now, amount, people))
    return True


def amount_since(connection: Connection, name: str, source: str, since: int) -> int:
    """Count addresses that opted out by a source after ``since``, in ms since the epoch."""
    said = consent_statements.c
    query = select(func.count(func.distinct(said.address))).where(
        said.source == source, said.effect == OUT, said.noted_at > since, said.name == name
    )
    return connection.scalar(query) or 0


def count_people(connection: Connection) -> int:
    """Count all people that are known."""
    return connection.scalar(select(func.count()).where(handles.c.person == handles.c.id)) or 0


def hold(connection: Connection, burst: Burst) -> None:
    """Pass on nothing more from a source."""
    values = {"since": burst.since, "amount": burst.amount, "people": burst.people}
    insert = insert_into(connection.dialect.name, consent_bursts)
    key = list(consent_bursts.primary_key.columns)
    statement = insert.values(name=burst.name, source=burst.source, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values))


def open_bursts(connection: Connection) -> list[Burst]:
    """Return the sources from which nothing is passed on."""
    query = select(consent_bursts).where(consent_bursts.c.since.is_not(None))
    rows = connection.execute(query.order_by(consent_bursts.c.name, consent_bursts.c.source))
    return [Burst(row.name, row.source, row.since, row.amount, row.people) for row in rows]


def held_name(name: str, source: str) -> str:
    """Return the name under which activations wait in ``outgoing``; no source can have it."""
    return f"held/{name}/{source}"


def release(connection: Connection, name: str, waiting: str, now: int) -> int:
    """Pass on again from all sources of some consents, and return how many activations go out.

    ``waiting``: the name under which they wait to be appended. Activations of superseded statements are
    dropped.
    """
    total = 0
    for burst in [burst for burst in open_bursts(connection) if burst.name == name]:
        held = outgoing.c.source == held_name(name, burst.source)
        drop_old(connection, held)
        total += connection.execute(update(outgoing).where(held).values(source=waiting)).rowcount
        key = (consent_bursts.c.name == name, consent_bursts.c.source == burst.source)
        connection.execute(update(consent_bursts).where(*key).values(since=None, released_at=now))
    return total


def drop_old(connection: Connection, held: ColumnElement[bool]) -> None:
    """Delete held activations of statements that a later statement has replaced."""
    rows = connection.execute(select(outgoing.c.number, outgoing.c.body).where(held)).all()
    statements = {row.number: statement_of(decode(row.body).id) for row in rows}
    current = set(
        connection.scalars(
            select(consent_states.c.statement).where(consent_states.c.statement.in_(statements.values()))
        )
    )
    old = [number for number, statement in statements.items() if statement not in current]
    connection.execute(delete(outgoing).where(outgoing.c.number.in_(old)))


class Identified(msgspec.Struct):
    """The part of an activation that is its id."""

    id: str = ""


decode = msgspec.json.Decoder(Identified).decode
