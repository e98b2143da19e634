"""Joining: an event that a webhook told and the row of a file that tells it, too, are one event.

They are the same if type, RIID (the address where there is none) and campaign are equal and their days are
one apart at most; an opt-out of a webhook names no campaign. Each webhook's event is joined to one row, and
each row to one of them: the nearest in time come first. Of two that are joined the one that was stored first
is the event for sources; ``late`` tells that it was the row.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from pipeline.event_files.joinable_rows import copy_first_rows, rows_of_addresses, rows_of_handles
from pipeline.stores.event_tables import event_feeds
from pipeline.stores.hook_tables import hook_events

# A landing's rows first, in the order of their ids, and an index for each: the events that wait may be many.
NEW_ROWS = """
    SELECT h.id, e.id, abs(e.captured - h.captured) FROM responsys_events e
    CROSS JOIN hook_events h JOIN event_facets f ON f.id = e.facet
    WHERE e.id > :first AND h.word = :word AND h.handle = {handle} AND h.event IS NULL
        AND e.day BETWEEN h.day - 1 AND h.day + 1
        AND (h.campaign IS NULL OR f.campaign IS NULL OR f.campaign = h.campaign)
"""


class JoinCandidate(NamedTuple):
    """An event of a webhook, a row of a file that may be the same, and the seconds between them."""

    hook: int
    row: int
    seconds: int


def are_waiting(connection: Connection, word: str) -> bool:
    """Tell whether any event of a type waits for the file that has it."""
    waiting = select(hook_events.c.id).where(hook_events.c.event.is_(None), hook_events.c.word == word)
    return connection.scalar(waiting.limit(1)) is not None


def join_to_new_rows(connection: Connection, word: str, first: int) -> None:
    """Join events to the rows of a file that have just been stored, those with an id above ``first``."""
    given = {"first": first, "word": word}
    found: list[JoinCandidate] = []
    for handle in ("e.handle", "e.address"):
        rows = connection.execute(text(NEW_ROWS.format(handle=handle)), given)
        found += [JoinCandidate(*row) for row in rows]
    note_joined(connection, nearest_rows(found), late=False)


def join_to_earlier_rows(connection: Connection, first: int) -> None:
    """Join events that have just been stored, those with an id above ``first``, to rows that were there."""
    new = connection.execute(select(hook_events).where(hook_events.c.id > first)).all()
    by_word: defaultdict[str, list[Any]] = defaultdict(list)
    for event in new:
        by_word[event.word].append(event)
    for word, events in by_word.items():
        note_joined(connection, nearest_rows(earlier_rows(connection, word, events)), late=True)


def earlier_rows(connection: Connection, word: str, events: Sequence[Any]) -> list[JoinCandidate]:
    """Return the rows that may be the same as events of one type and day."""
    feed = connection.scalar(select(event_feeds.c.id).where(event_feeds.c.word == word))
    if feed is None:
        return []
    day, by_handle = events[0].day, defaultdict[int, list[Any]](list)
    copy_first_rows(connection, feed, day)
    for row in rows_of_handles(connection, feed, day, {event.handle for event in events}):
        by_handle[row.handle].append(row)
    for row in rows_of_addresses(
        connection, feed, day, {event.address for event in events if has_no_riid(event)}
    ):
        by_handle[row.address].append(row)
    return [
        JoinCandidate(event.id, row.id, abs(event.captured - row.captured))
        for event in events
        for row in by_handle[event.handle]
        if event.campaign is None or row.campaign in (None, event.campaign)
    ]


def has_no_riid(event: Any) -> bool:
    """Tell whether the address of an event stands for its RIID."""
    return bool(event.handle == event.address)


def nearest_rows(candidates: Iterable[JoinCandidate]) -> dict[int, int]:
    """Return the row that each event is joined to; either takes part once."""
    joined: dict[int, int] = {}
    rows: set[int] = set()
    for hook, row, _ in sorted(candidates, key=lambda one: (one.seconds, one.hook, one.row)):
        if hook not in joined and row not in rows:
            joined[hook] = row
            rows.add(row)
    return joined


def note_joined(connection: Connection, joined: dict[int, int], *, late: bool) -> None:
    """Write the rows that events are joined to."""
    if joined:
        statement = text("UPDATE hook_events SET event = :row, late = :late WHERE id = :hook")
        given = [{"hook": hook, "row": row, "late": late} for hook, row in joined.items()]
        connection.execute(statement, given)
