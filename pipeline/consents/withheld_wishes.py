"""Withheld wishes: activations of consents among those of a source that ``max_change`` has stopped.

Wishes have a guard of their own (bursts.py), so they do not wait for a person's consent to other changes.
"""

from collections import defaultdict

from sqlalchemy import Connection, Engine, select, update

from pipeline.consents.bursts import decode
from pipeline.consents.saying import waiting_name
from pipeline.consents.telling import statement_of
from pipeline.stores.consent_tables import consent_statements
from pipeline.stores.stream_tables import outgoing

AT_ONCE = 500  # activations
MARK = '%"id":"consent:%'  # in bodies of wishes, and maybe in other bodies


def pass_on_withheld(events: Engine, source: str) -> int:
    """Let the wishes that wait with a source go out with those of commands; return their number."""
    with events.begin() as connection:
        own = (outgoing.c.source == source) & outgoing.c.body.like(MARK)
        rows = connection.execute(select(outgoing.c.number, outgoing.c.body).where(own)).all()
        found = {row.number: statement_of(decode(row.body).id) for row in rows}
        statements = {number: statement for number, statement in found.items() if statement is not None}
        names = names_of(connection, list(set(statements.values())))
        by_name = defaultdict(list)
        for number, statement in statements.items():
            if statement in names:
                by_name[names[statement]].append(number)
        for name, numbers in by_name.items():
            for first in range(0, len(numbers), AT_ONCE):
                some = outgoing.c.number.in_(numbers[first : first + AT_ONCE])
                connection.execute(update(outgoing).where(some).values(source=waiting_name(name)))
        return sum(map(len, by_name.values()))


def names_of(connection: Connection, statements: list[int]) -> dict[int, str]:
    """Return the names of the consents that took statements."""
    found: dict[int, str] = {}
    for first in range(0, len(statements), AT_ONCE):
        some = consent_statements.c.id.in_(statements[first : first + AT_ONCE])
        query = select(consent_statements.c.id, consent_statements.c.name).where(some)
        found |= {row.id: row.name for row in connection.execute(query)}
    return found
