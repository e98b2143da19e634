"""Search for the events of e-mails: one statement for all recipients, by the index of feeds and days."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, func, insert, or_, select
from sqlalchemy.schema import CreateTable, DropTable

from pipeline.evidence.email_event import BOUNCE, FEEDS, EmailEvent
from pipeline.evidence.recipients import Recipients, parts
from pipeline.stores.event_tables import event_facets, event_feeds, event_files, responsys_events

DAY = 86_400  # seconds
SEPARATOR = "\x1f"  # between the values of ``other``
REASON = "REASON"
ROWS_AT_ONCE = 5_000
WANTED = Table(
    "wanted_handles",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)


def find_events(
    connection: Connection,
    account: str,
    recipients: Recipients,
    campaigns: Collection[str],
    first: float,
    last: float,
    feeds: Collection[str] = FEEDS,
) -> list[EmailEvent]:
    """Return the events of recipients and campaigns (ids), captured from ``first`` to ``last``, by time."""
    files = files_of(connection, account, first)
    found = []
    for row in matching_rows(connection, recipients, first, last, feeds):
        recipient = recipients.of(row, is_bounce=row.word == BOUNCE)
        file = files.get(row.file)
        if recipient is None or file is None or row.campaign not in campaigns:
            continue
        key, reason = f"{row.word}:{row.day}:{row.key}", reason_of(row.other, file.other_columns)
        where = (row.file, row.line, reason, file.path)
        found.append(EmailEvent(key, row.word, row.captured, recipient, row.campaign, *where))
    return sorted(found, key=lambda event: (event.at, event.feed == BOUNCE, event.key))


def matching_rows(
    connection: Connection, recipients: Recipients, first: float, last: float, feeds: Collection[str]
) -> Iterator[Any]:
    """Yield events of some time and feeds that name one of the handles."""
    connection.execute(DropTable(WANTED, if_exists=True))
    connection.execute(CreateTable(WANTED))
    for some in parts(sorted({*recipients.handles}), ROWS_AT_ONCE):
        connection.execute(insert(WANTED), [{"id": number} for number in some])
    event, wanted = responsys_events.c, select(WANTED.c.id)
    numbers = list(connection.scalars(select(event_feeds.c.id).where(event_feeds.c.word.in_(feeds))))
    query = (
        select(event.day, event.key, event.captured, event.address, event.handle, event.file, event.line,
               func.coalesce(event.other, event_facets.c.other, "").label("other"),
               event_facets.c.campaign, event_feeds.c.word)
        .join(event_feeds, event_feeds.c.id == event.feed)
        .outerjoin(event_facets, event_facets.c.id == event.facet)
        .where(event.feed.in_(numbers), event.day.between(int(first) // DAY, int(last) // DAY))
        .where(event.captured.between(int(first), int(last) + 1))
        .where(or_(event.address.in_(wanted), event.handle.in_(wanted)))
    )  # fmt: skip
    yield from connection.execute(query)
    connection.execute(DropTable(WANTED))


def files_of(connection: Connection, account: str, since: float) -> Mapping[int, Any]:
    """Return the files of an account with e-mails, by their numbers, that may hold events of since then."""
    files, landed = event_files.c, datetime.fromtimestamp(since, UTC) - timedelta(seconds=DAY)
    query = select(files.id, files.path, files.other_columns).where(
        files.account == account,
        files.feed.in_(FEEDS),
        or_(files.landed_at.is_(None), files.landed_at >= landed),
    )
    return {row.id: row for row in connection.execute(query)}


def reason_of(other: str, columns: Collection[str] | None) -> str:
    """Return the column ``REASON`` of an event; "" if its file has none."""
    return dict(zip(columns or (), other.split(SEPARATOR), strict=False)).get(REASON, "").strip()
