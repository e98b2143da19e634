"""Storing events of webhooks: once by content and day, with the handles that rows of files have.

The row of ``event_folds`` is locked first, as by a landing, so ids ascend in the order in which readers can
see them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, update

from pipeline.event_files.hook_joining import join_to_earlier_rows
from pipeline.model.feeds import NOT_LINKING
from pipeline.model.hook_event import HookEvent
from pipeline.people.accounts import riid_account
from pipeline.people.handle_book import HandleBook
from pipeline.people.record_identity import Key, key_of_address
from pipeline.profiles.id_list import numbers_query
from pipeline.profiles.times import DAY
from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.event_tables import erased_events, event_folds
from pipeline.stores.hook_tables import HOOK_FEED, hook_events

AT_ONCE = 10_000  # rows
encode = msgspec.json.Encoder(order="sorted").encode


def store_hook_events(
    connection: Connection, connector: str, account: str, events: Sequence[HookEvent], at: int
) -> int:
    """Store the events that are not known yet, and return their number.

    ``account``: of RIIDs, if files name none or several; ``at``: seconds since the epoch, of the arrival.
    """
    folds = connection.execute(select(event_folds).with_for_update()).one()
    by_digest = {event.digest: event for event in events}
    for digest in known_digests(connection, connector, at // DAY, list(by_digest)):
        by_digest.pop(digest, None)
    if not by_digest:
        return 0
    new = list(by_digest.values())
    places = give_handles(connection, riid_account(connection, account), new)
    rows = [
        {"id": folds.hooks + number, "connector": connector, **row_of(event, at), **place}
        for number, (event, place) in enumerate(zip(new, places, strict=True), 1)
    ]
    connection.execute(insert(hook_events), rows)
    connection.execute(update(event_folds).values(hooks=folds.hooks + len(rows)))
    join_to_earlier_rows(connection, folds.hooks)
    return len(rows)


def known_digests(connection: Connection, connector: str, day: int, digests: list[int]) -> set[int]:
    """Return the digests that came on this day before, also those of erased people."""
    among = numbers_query(connection.dialect.name, digests)
    same_day = (hook_events.c.connector == connector) & (hook_events.c.day == day)
    erased = (erased_events.c.feed == HOOK_FEED) & (erased_events.c.day == day)
    stored = select(hook_events.c.digest).where(same_day, hook_events.c.digest.in_(among))
    gone = select(erased_events.c.key).where(erased, erased_events.c.key.in_(among))
    return {*connection.scalars(stored), *connection.scalars(gone)}


def row_of(event: HookEvent, at: int) -> dict[str, object]:
    """Return the columns of an event that are its own."""
    return {
        "type": event.type,
        "word": event.word,
        "day": at // DAY,
        "digest": event.digest,
        "captured": at,
        "campaign": event.campaign or None,
        "customer": event.customer or None,
        "body": encode(event.values).decode(),
    }


def give_handles(
    connection: Connection, account: str, events: Sequence[HookEvent]
) -> list[dict[str, int | None]]:
    """Return the handles of each event; RIID and address of one event are one person's, as in files."""
    book = HandleBook(connection)
    named = [keys_of(event, account) for event in events]
    book.look_up(key for keys in named for key in keys)
    for event, keys in zip(events, named, strict=True):
        people = [book.person(key) or book.add(key) for key in keys]
        if event.word not in NOT_LINKING and len(people) > 1:
            book.unite(people[0], people[1])
    book.store()
    return [
        {
            "handle": book.id(keys[0]),
            "address": next((book.id(key) for key in keys if key[0] == "email"), None),
        }
        for keys in named
    ]


def keys_of(event: HookEvent, account: str) -> list[Key]:
    """Return the handles that an event names, its RIID first."""
    riid: list[Key] = [("riid", account, event.riid)] if event.riid else []
    address = key_of_address(event.address)
    return [*riid, *([address] if address else [])]


def forget_old_hook_events(engine: Engine, days: float) -> int:
    """Delete the events that came more than ``days`` ago, and return their number."""
    first_kept = int((datetime.now(UTC) - timedelta(days=days)).timestamp()) // DAY
    old = (erased_events.c.feed == HOOK_FEED) & (erased_events.c.day < first_kept)
    with engine.begin() as connection:
        connection.execute(delete(erased_events).where(old))
    return delete_in_turns(engine.begin, hook_events, hook_events.c.day < first_kept, rows=AT_ONCE)
