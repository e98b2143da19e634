"""Folding: stored events become rows of profiles, range by range of handles.

A fold takes the events with an id above ``folded`` and up to ``top``. Each range of handles is one
transaction with ``cursor``, its last handle. When the last range is done ``folded`` is ``top``, and the next
fold begins after it.

| Where it stops | Then |
|---|---|
| in a range | rolled back; the next fold goes on after ``cursor`` |
| a person was erased meanwhile | its events are gone: each range reads them in its own transaction |
| the fields are other ones | all rows are built anew, from ``profiles_base`` and the events that are kept |
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, insert, select, update

from pipeline.profiles.event_values import EventValues, names_of
from pipeline.profiles.further_field import FurtherField, version_of
from pipeline.profiles.handle_events import COLUMNS, FURTHER_COLUMNS, HandleEvents
from pipeline.profiles.profile_store import read_rows, write_rows
from pipeline.stores.event_tables import event_folds, handles, profiles, profiles_base, responsys_events

RANGE_EVENTS = 100_000  # in one transaction, about


class Folding:
    """Folds all that is stored; several processes may, for each range locks the one row of folds."""

    def __init__(
        self, engine: Engine, further: Sequence[FurtherField] = (), range_events: int = RANGE_EVENTS
    ) -> None:
        self._engine = engine
        self._further = further
        self._range_events = range_events
        self._version = version_of(further)
        self._values = EventValues()

    def run(self, progress: Callable[[int], None] = lambda _events: None) -> int:
        """Fold until nothing is left, and return the number of events; ``progress`` gets that of a range."""
        total = 0
        while (events := self.step()) is not None:
            total += events
            progress(events)
        return total

    def rebuild(self, progress: Callable[[int], None] = lambda _events: None) -> int:
        """Build all profiles anew from what is kept: the same bytes as before."""
        with self._engine.begin() as connection:
            lock(connection)
            start_anew(connection, self._version)
        return self.run(progress)

    def step(self) -> int | None:
        """Fold one range, and return the number of its events; None: all are folded."""
        with self._engine.begin() as connection:
            state = lock(connection)
            if state.fields != self._version:
                if state.folded or state.cursor:
                    start_anew(connection, self._version)
                    return 0
                connection.execute(update(event_folds).values(fields=self._version))
            if not state.top:
                top = connection.scalar(select(func.max(responsys_events.c.id))) or 0
                if top <= state.folded:
                    return None
                connection.execute(update(event_folds).values(top=top))
                return 0
            return self._fold_range(connection, state)

    def _fold_range(self, connection: Connection, state: Any) -> int:
        highest, end = self._end_of_range(connection, state)
        events = self._read(connection, state, end if end < highest else None)
        self._add(connection, events)
        if end >= highest:
            connection.execute(update(event_folds).values(folded=state.top, top=0, cursor=0))
        else:
            connection.execute(update(event_folds).values(cursor=end))
        return len(events)

    def _end_of_range(self, connection: Connection, state: Any) -> tuple[int, int]:
        """Return the highest handle, and the last one of the next range."""
        highest = connection.scalar(select(func.max(handles.c.id))) or 0
        ranges = max(1, round((state.top - state.folded) / self._range_events))
        return highest, state.cursor + max(1, highest // ranges + 1)

    def _read(self, connection: Connection, state: Any, end: int | None) -> Sequence[Any]:
        """Read the events of a range of handles; None: of all that are left."""
        columns = (*COLUMNS, *(FURTHER_COLUMNS if self._further else ()))
        query = select(*(responsys_events.c[name] for name in columns))
        return connection.execute(of_range(connection, query, state, end)).all()

    def _add(self, connection: Connection, events: Sequence[Any]) -> None:
        fold_into(connection, profiles.name, events, self._values, self._further)


def fold_into(
    connection: Connection, table: str, events: Sequence[Any], values: EventValues,
    further: Sequence[FurtherField],
) -> None:  # fmt: skip
    """Add events, in the order of their handles, to the rows of a table of profiles."""
    if not events:
        return
    values.learn(connection, events)
    numbers = {event[0] for event in events}
    names = names_of(connection, numbers | {event[5] for event in events if event[5] is not None})
    adding = HandleEvents(connection, values, names, further)
    rows = read_rows(connection, table, numbers)
    for handle, some in groupby(events, itemgetter(0)):
        adding.add(rows[handle], list(some))
    write_rows(connection, table, rows.values())


def of_range(connection: Connection, query: Select[Any], state: Any, end: int | None) -> Select[Any]:
    """Return a query of a range's events in the order of their handles; on SQLite it chooses the index, too.

    A fold of one range reads the new events by id and sorts them; one of many reads them by handle.
    """
    number: ColumnElement[int] = responsys_events.c.id
    handle: ColumnElement[int] = responsys_events.c.handle
    if connection.dialect.name == "sqlite":  # SQLite uses no index of a column in an expression
        if end is None and not state.cursor:
            handle = handle.op("+")(0)
        else:
            number = number.op("+")(0)
    ended = [] if end is None else [handle <= end]
    found = query.where(number > state.folded, number <= state.top, handle > state.cursor, *ended)
    return found.order_by(handle)


def lock(connection: Connection) -> Any:
    """Return the one row of folds, locked until the transaction ends."""
    return connection.execute(select(event_folds).with_for_update()).one()


def start_anew(connection: Connection, version: str) -> None:
    """Make all rows what retention has taken out of events, and fold from the first event."""
    connection.execute(profiles.delete())
    connection.execute(insert(profiles).from_select(list(profiles.c), select(profiles_base)))
    connection.execute(update(event_folds).values(folded=0, top=0, cursor=0, fields=version))
