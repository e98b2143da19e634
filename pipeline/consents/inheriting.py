"""Inheriting: statements on a RIID count for the addresses of its person, once these are known.

Otherwise a person could not be taken back in by address, and the box that is ticked because of the RIID would
be read as a wish of its own.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select, update

from pipeline.consents.addresses import handles_of_people
from pipeline.consents.noting import Noting
from pipeline.consents.statement import OUT, Statement
from pipeline.consents.untold import people_of
from pipeline.model.consent_account import ConsentAccount
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells

NAMED = "Named"  # the verdict of a tell of a RIID, after the address is told of instead


def inherit(connection: Connection, account: ConsentAccount, stand_ins: Collection[str]) -> list[str]:
    """Note statements on RIIDs also for the addresses of their people; return those with a new one."""
    noted = Noting(connection, account).note(
        list(inherited_statements(connection, account.channel, stand_ins))
    )
    own = consent_tells.c.address.in_(stand_ins) & (consent_tells.c.channel == account.channel)
    waits = own & consent_tells.c.waits
    connection.execute(update(consent_tells).where(waits).values(waits=False, verdict=NAMED))
    return sorted({one.statement.address for one in noted})


def inherited_statements(
    connection: Connection, channel: str, stand_ins: Collection[str]
) -> Iterator[Statement]:
    """Yield a copy of the statement by which a stand-in is out for each address of its person."""
    people = people_of(connection, list(stand_ins)) if stand_ins else {}
    known = handles_of_people(connection, set(people.values())) if people else {}
    said = consent_statements.c
    is_current = (consent_states.c.statement == said.id) & (consent_states.c.channel == channel)
    query = select(consent_statements).join(consent_states, is_current)
    query = query.where(said.address.in_(people), consent_states.c.status == OUT).order_by(said.id)
    for row in connection.execute(query).all():
        for _, digest, _ in known[people[row.address]].emails:
            yield Statement(
                key=f"named:{row.id}:{digest[:16]}",
                address=digest,
                channel=channel,
                wish=OUT,
                kind=row.kind,
                source=row.source,
                at=row.at,
                evidence={**(row.evidence or {}), "statement": row.id},
            )
