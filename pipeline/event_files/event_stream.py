"""The stream of events, in the order in which they were stored.

Each event is read at least once by a reader that goes on after the id of the last one. Ids ascend, with
gaps.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from pipeline.profiles.times import iso_text
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_facets, event_feeds, event_files, handles, responsys_events

SEPARATOR = "\x1f"  # between the values of ``other``
AT_ONCE = 2_000
NAMED = handles.alias("named")
ADDRESS = handles.alias("address_handle")


def stream(engine: Engine, *, since: int = 0, feed: str = "") -> Iterator[dict[str, Any]]:
    """Give the events after an id; ``feed``: of this word alone. Memory does not grow with their number."""
    columns: dict[int, tuple[str, list[str]]] = {}
    while True:
        with reading(engine) as connection:
            rows = connection.execute(query(feed).where(responsys_events.c.id > since).limit(AT_ONCE)).all()
            events = [event_document(connection, row, columns) for row in rows]
        yield from events
        if len(rows) < AT_ONCE:
            return
        since = rows[-1].id


def newest_events(engine: Engine, count: int, *, feed: str = "") -> list[dict[str, Any]]:
    """Return the last events, oldest first."""
    last = query(feed).order_by(None).order_by(responsys_events.c.id.desc()).limit(count)
    with reading(engine) as connection:
        rows = connection.execute(last).all()
        return [event_document(connection, row, {}) for row in reversed(rows)]


def query(feed: str) -> Select[Any]:
    """Return the query of events with all that is stored apart from them."""
    event, facet = responsys_events.c, event_facets.c
    other = func.coalesce(event.other, facet.other).label("other")
    columns = [event.id, event.captured, event.phone, event.customer, other, event.file, event.line]
    shared = [facet.campaign, facet.launch, facet.list, facet.offer, facet.category, facet.url, facet.segment]
    names = [NAMED.c.kind, NAMED.c.scope, NAMED.c.value, ADDRESS.c.label, event_feeds.c.word]
    found = (
        select(*columns, *shared, *names)
        .join(event_feeds, event_feeds.c.id == event.feed)
        .join(event_facets, facet.id == event.facet)
        .outerjoin(NAMED, NAMED.c.id == event.handle)
        .outerjoin(ADDRESS, ADDRESS.c.id == event.address)
    )
    found = found.where(event_feeds.c.word == feed.upper()) if feed else found
    return found.order_by(event.id)


def event_document(
    connection: Connection, row: Any, files: dict[int, tuple[str, list[str]]]
) -> dict[str, Any]:
    """Return an event for programs; absent values are left out."""
    if row.file not in files:
        files[row.file] = file_of(connection, row.file)
    account, names = files[row.file]
    other = dict(zip(names, (row.other or "").split(SEPARATOR), strict=False))
    values = {
        "id": row.id, "feed": row.word, "account": account,
        "riid": row.value if row.kind == "riid" else None, "email": row.label,
        "captured_at": iso_text(row.captured), "campaign_id": row.campaign, "launch_id": row.launch,
        "list_id": row.list, "phone": row.phone, "customer_id": row.customer, "offer_name": row.offer,
        "offer_category": row.category, "offer_url": row.url, "segment_info": row.segment,
        "other": {name: value for name, value in other.items() if value}, "file": row.file, "line": row.line,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value not in (None, {})}


def file_of(connection: Connection, number: int) -> tuple[str, list[str]]:
    """Return account and further columns of a file."""
    files = event_files.c
    query = select(files.account, files.other_columns).where(files.id == number)
    found = connection.execute(query).one_or_none()
    return (found.account, found.other_columns or []) if found else ("", [])
