"""Joinable rows: those of files that webhooks may tell again, by handle, of types that webhooks tell.

The first webhook of a type copies its rows since yesterday; from then on each landing copies its own. After
three days without a webhook of the type a landing gives them up. The caller holds the lock of folds.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from pipeline.profiles.id_list import numbers_query, rows_among
from pipeline.stores.event_tables import event_facets, event_feeds, handles, responsys_events
from pipeline.stores.hook_tables import hook_events, joinable_rows

IDLE = 3  # days
KEY = ("feed", "day", "handle", "row")


def copy_first_rows(connection: Connection, feed: int, day: int) -> None:
    """Copy the rows of a type that a webhook of a day may tell again, unless they are copied."""
    hooked = connection.scalar(select(event_feeds.c.hooked_day).where(event_feeds.c.id == feed))
    if hooked is None:
        copy_rows(connection, feed, day - 1)
    if hooked is None or hooked < day:
        note_hooked(connection, feed, day)


def copy_landed_rows(connection: Connection, feed: int, first: int, today: int) -> None:
    """Copy the rows of a landing, those with an id above ``first``, and forget those that are too old."""
    hooked = connection.scalar(select(event_feeds.c.hooked_day).where(event_feeds.c.id == feed))
    if hooked is None:
        return
    is_idle = hooked < today - IDLE
    old = joinable_rows.c.feed == feed
    connection.execute(
        delete(joinable_rows).where(old if is_idle else old & (joinable_rows.c.day < hooked - 1))
    )
    if is_idle:
        note_hooked(connection, feed, None)
    else:
        copy_rows(connection, feed, hooked - 1, first)


def note_hooked(connection: Connection, feed: int, day: int | None) -> None:
    """Note the day of the last webhook of a type."""
    connection.execute(update(event_feeds).where(event_feeds.c.id == feed).values(hooked_day=day))


def copy_rows(connection: Connection, feed: int, day: int, first: int | None = None) -> None:
    """Copy the rows of a type from a day on; ``first``: those with an id above it alone."""
    row = responsys_events.c
    wanted = (row.feed == feed) & (row.day >= day)
    if first is not None:
        wanted &= row.id > first
    rows = select(row.feed, row.day, row.handle, row.id).where(wanted)
    ordered = rows.order_by(row.day, row.handle, row.id)
    connection.execute(insert(joinable_rows).from_select(KEY, ordered))


def rows_of_handles(connection: Connection, feed: int, day: int, some: Collection[int]) -> Iterator[Row[Any]]:
    """Yield the rows of handles, a day apart at most, that no webhook is joined to."""
    yield from rows_among(connection, unjoined(feed, day), joinable_rows.c.handle, some)


def rows_of_addresses(
    connection: Connection, feed: int, day: int, some: Collection[int]
) -> Iterator[Row[Any]]:
    """Yield the same of addresses, which are handles: rows of the people that have them."""
    at = handles.alias()
    people = select(at.c.person).where(at.c.id.in_(numbers_query(connection.dialect.name, sorted(some))))
    own = select(handles.c.id).where(handles.c.person.in_(people))
    query = unjoined(feed, day).where(joinable_rows.c.handle.in_(own))
    yield from rows_among(connection, query, responsys_events.c.address, some)


def unjoined(feed: int, day: int) -> Select[Any]:
    """Return the query of the rows, with their handle, address, moment and campaign."""
    row, copied = responsys_events.c, joinable_rows.c
    query = select(row.id, row.handle, row.address, row.captured, event_facets.c.campaign)
    query = query.select_from(joinable_rows).join(responsys_events, row.id == copied.row)
    query = query.join(event_facets, event_facets.c.id == row.facet)
    joined = select(hook_events.c.id).where(hook_events.c.event == row.id)
    days = (day - 1, day, day + 1)
    return query.where(copied.feed == feed, copied.day.in_(days), ~joined.exists())
