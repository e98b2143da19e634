"""Erasing people from consents: the evidence goes, a tombstone stays.

Digest, times and status stay, so that no erased person is written to again by accident; so does the chain.
"""

from collections.abc import Collection

from sqlalchemy import Connection, Engine, delete, func, null, select, update

from pipeline.consents.addresses import digest_of_address, handles_of_people
from pipeline.consents.tombstones import bury
from pipeline.people.find import find_people
from pipeline.stores.consent_tables import consent_doubts, consent_statements, consent_tells
from pipeline.stores.database import reading

PLACE = "consents"
ERASED = "Erased"  # the verdict of tells that were on their way


def count_evidence(events: Engine, text: str) -> int:
    """Count the statements with evidence about the people that a text names."""
    with reading(events) as connection:
        named = consent_statements.c.address.in_(digests_of(connection, text))
        kept = consent_statements.c.evidence.is_not(None)
        return connection.scalar(select(func.count()).select_from(consent_statements).where(named, kept)) or 0


def erase_evidence(events: Engine, text: str) -> int:
    """Take the evidence out of all statements about the people that a text names; return their number."""
    with events.begin() as connection:
        addresses = digests_of(connection, text)
        named = consent_statements.c.address.in_(addresses)
        kept = consent_statements.c.evidence.is_not(None)
        erased = update(consent_statements).where(named, kept).values(evidence=null())
        amount = connection.execute(erased).rowcount
        await_no_answer(connection, addresses)
        bury(connection, addresses)
        return amount


def await_no_answer(connection: Connection, addresses: Collection[str]) -> None:
    """Await no answer to rows on their way: they are erased as well."""
    awaited = consent_tells.c.address.in_(addresses) & consent_tells.c.waits
    connection.execute(update(consent_tells).where(awaited).values(waits=False, verdict=ERASED))
    connection.execute(delete(consent_doubts).where(consent_doubts.c.address.in_(addresses)))


def digests_of(connection: Connection, text: str) -> Collection[str]:
    """Return the addresses of the people that a text names, and the one that it is."""
    people = set(find_people(connection, text))
    known = handles_of_people(connection, people) if people else {}
    found = {digest for one in known.values() for digest in one.digests}
    return found | ({digest_of_address(text)} if "@" in text else set())
