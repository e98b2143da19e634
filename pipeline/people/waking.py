"""Waking: entries that wait for a record of their person become due when the person gets one."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Connection, update

from pipeline.stores.stream_tables import entries

AT_ONCE = 5_000  # people
KNOWN = 2  # the check that they did not pass


def wake(connection: Connection, people: Collection[int]) -> None:
    """Make the waiting entries of some people due."""
    waiting = (entries.c.state == "put_off") & (entries.c.check == KNOWN)
    ordered = sorted(people)
    for start in range(0, len(ordered), AT_ONCE):
        own = waiting & entries.c.person.in_(ordered[start : start + AT_ONCE])
        connection.execute(update(entries).where(own).values(until=datetime.now(UTC)))
