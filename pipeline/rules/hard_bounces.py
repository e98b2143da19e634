"""Hard bounces of people, as event files tell them: the first and the last bounce of each are looked at.

``BOUNCE_TYPE`` is a further column of its file: H hard, S soft (Responsys, Contact Event Data, ``BOUNCE``).
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.stores.event_tables import (
    event_facets,
    event_feeds,
    event_files,
    handles,
    profiles,
    responsys_events,
)

FEED, COLUMN, HARD = "BOUNCE", "BOUNCE_TYPE", "H"
SEPARATOR = "\x1f"  # between the values of ``other``
DAY = 86_400  # seconds


def bounced_people(connection: Connection, people: Collection[int]) -> set[int]:
    """Return the people with an address that has bounced hard."""
    owners: dict[int, int] = {}
    moments: set[int] = set()
    for person, handle, first, last in bounces_of(connection, people):
        owners[handle] = person
        moments.update((first, last))
    if not owners:
        return set()
    return {owners[event.handle] for event in events_of(connection, owners, moments) if is_hard(event)}


def bounces_of(connection: Connection, people: Collection[int]) -> Iterator[Any]:
    """Yield person, handle and the first and last bounce of those that have one."""
    columns = (profiles.c.email_first_bounce_ts, profiles.c.email_last_bounce_ts)
    query = select(handles.c.person, handles.c.id, *columns).join(profiles, profiles.c.handle == handles.c.id)
    yield from connection.execute(query.where(handles.c.person.in_(people), profiles.c.email_bounce_ct > 0))


def events_of(connection: Connection, some: Collection[int], moments: Collection[int]) -> Iterator[Any]:
    """Yield the bounces of handles at some moments: handle, further values, and the names of these."""
    events = responsys_events
    feed = select(event_feeds.c.id).where(event_feeds.c.word == FEED).scalar_subquery()
    other = func.coalesce(events.c.other, event_facets.c.other, "").label("other")
    query = (
        select(events.c.handle, other, event_files.c.other_columns)
        .outerjoin(event_facets, event_facets.c.id == events.c.facet)
        .join(event_files, event_files.c.id == events.c.file)
        .where(events.c.feed == feed, events.c.day.in_({moment // DAY for moment in moments}))
        .where(events.c.handle.in_(some), events.c.captured.in_(moments))
    )
    yield from connection.execute(query)


def is_hard(event: Any) -> bool:
    """Tell whether a bounce says that there is no such mailbox."""
    further = zip(event.other_columns or (), event.other.split(SEPARATOR), strict=False)
    return dict(further).get(COLUMN) == HARD
