"""Retention: folded events of old days become part of ``profiles_base`` and leave the store.

The values of profiles do not change. The horizon is the newest day with an event that left. If a file comes
late or again, its rows of that day or before go to the quarantine: they may have been counted already.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, or_, select, update

from pipeline.profiles.event_values import EventValues
from pipeline.profiles.fold import fold_into, lock
from pipeline.profiles.further_field import FurtherField
from pipeline.profiles.handle_events import COLUMNS, FURTHER_COLUMNS
from pipeline.profiles.id_list import numbers_query
from pipeline.profiles.times import DAY
from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.event_tables import (
    erased_events,
    event_feeds,
    event_folds,
    event_lines,
    profiles_base,
    responsys_events,
)  # fmt: skip

AT_ONCE = 50_000  # events in one transaction
LINES_AT_ONCE = 10_000


class Retention:
    """Takes events out that are older than they are kept; repeat it after every fold."""

    def __init__(self, engine: Engine, days: float, further: Sequence[FurtherField] = ()) -> None:
        """``days``: how long events are kept, 0 for ever."""
        self._engine = engine
        self._days = days
        self._further = further
        self._values = EventValues()

    def run(self, now: datetime | None = None) -> int:
        """Take old events out, and return their number."""
        if not self._days:
            return 0
        oldest = (now or datetime.now(UTC)) - timedelta(days=self._days)
        first_kept = int(oldest.timestamp()) // DAY
        total = sum(self._take_out(feed, first_kept) for feed in self._feeds())
        if total:
            self._forget_erased()
        return total

    def _feeds(self) -> list[int]:
        with self._engine.connect() as connection:
            return list(connection.scalars(select(event_feeds.c.id).order_by(event_feeds.c.id)))

    def _take_out(self, feed: int, first_kept: int) -> int:
        """Take out the events of one feed, some at a time."""
        total = 0
        while taken := self._take_some(feed, first_kept):
            total += taken
        return total

    def _take_some(self, feed: int, first_kept: int) -> int:
        """Move some events of the oldest day into the base, in one transaction."""
        with self._engine.begin() as connection:
            state = lock(connection)
            if state.top or state.fields == "":
                return 0  # a fold is under way: which events it has taken depends on their handles
            events = self._oldest(connection, feed, first_kept, state.folded)
            if not events:
                return 0
            day = events[0].captured // DAY
            fold_into(
                connection, profiles_base.name, sorted(events, key=itemgetter(0)), self._values, self._further
            )
            numbers = numbers_query(connection.dialect.name, [event.id for event in events])
            connection.execute(delete(responsys_events).where(responsys_events.c.id.in_(numbers)))
            horizon = or_(event_folds.c.horizon.is_(None), event_folds.c.horizon < day)
            connection.execute(update(event_folds).where(horizon).values(horizon=day))
            return len(events)

    def _oldest(self, connection: Connection, feed: int, first_kept: int, folded: int) -> Sequence[Any]:
        """Return folded events of the oldest day of a feed that is not kept any more."""
        events = responsys_events.c
        of_feed = (events.feed == feed) & (events.day < first_kept) & (events.id <= folded)
        day = connection.scalar(select(func.min(events.day)).where(of_feed))
        columns = (*COLUMNS, *(FURTHER_COLUMNS if self._further else ()), "id")
        query = select(*(events[name] for name in columns)).where(of_feed, events.day == day)
        return connection.execute(query.limit(AT_ONCE)).all()

    def _forget_erased(self) -> None:
        """Keys of erased people are needed no longer than their day may come again."""
        with self._engine.begin() as connection:
            horizon = connection.scalar(select(event_folds.c.horizon))
            connection.execute(delete(erased_events).where(erased_events.c.day <= horizon))


def forget_lines(engine: Engine, days: float) -> int:
    """Delete quarantined lines that are older than ``days``, and return their number."""
    old = event_lines.c.at < datetime.now(UTC) - timedelta(days=days)
    return delete_in_turns(engine.begin, event_lines, old, rows=LINES_AT_ONCE)
