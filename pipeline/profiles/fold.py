"""Folding: stored events become rows of profiles, range by range of handles.

A fold takes the events with an id above ``folded`` and up to ``top``. Each range of handles is one
transaction with ``cursor``, its last handle. When the last range is done ``folded`` is ``top``, and the next
fold begins after it.

| Where it stops | Then |
|---|---|
| in a range | rolled back; the next fold goes on after ``cursor`` |
| a person was erased meanwhile | the fold reads the events that are left anew, after ``cursor`` |
| the fields are other ones | rows and view are made anew, from ``profiles_base`` and the events kept |
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, insert, select, update

from pipeline.profiles.event_values import EventValues, names_of
from pipeline.profiles.further_field import FurtherField, version_of
from pipeline.profiles.handle_events import COLUMNS, FURTHER_COLUMNS, HandleEvents
from pipeline.profiles.profile_store import read_rows, write_rows
from pipeline.profiles.snapshot import snapshot
from pipeline.stores.event_tables import event_folds, profiles, profiles_base, responsys_events
from pipeline.stores.people_view import differs, make_view

RANGE_EVENTS = 100_000  # in one transaction, about
SHARED_RANGE_EVENTS = 25_000  # in the database of deliveries: a transaction is to take less than 2 seconds


class Folding:
    """Folds all that is stored; several processes may, for each range locks the one row of folds."""

    def __init__(
        self, engine: Engine, further: Sequence[FurtherField] = (), range_events: int = RANGE_EVENTS
    ) -> None:
        if engine.dialect.name == "postgresql":
            range_events = min(range_events, SHARED_RANGE_EVENTS)
        self._engine = engine
        self._further = further
        self._range_events = range_events
        self._version = version_of(further)
        self._shown = [(field.name, field.kind) for field in further]
        self._values = EventValues()

    def run(self, progress: Callable[[int], None] = lambda _events: None) -> int:
        """Fold until nothing is left, and return the number of events; ``progress`` gets that of a range."""
        total = 0
        while (state := self._begin()) is not None:
            with closing(self._fold(state)) as folded:
                for events in folded:
                    total += events
                    progress(events)
        return total

    def rebuild(self, progress: Callable[[int], None] = lambda _events: None) -> int:
        """Build all profiles anew from the kept events: the same bytes as before."""
        with self._engine.begin() as connection:
            lock(connection)
            make_view(connection, self._shown)
            start_anew(connection, self._version)
        return self.run(progress)

    def _begin(self) -> Any:
        """Return the state of the fold under way, or of a new one; None: all is folded."""
        with self._engine.begin() as connection:
            state = lock(connection)
            if state.fields != self._version or differs(connection, self._shown):
                make_view(connection, self._shown)
            if state.fields != self._version:
                if state.folded or state.cursor:
                    start_anew(connection, self._version)
                connection.execute(update(event_folds).values(fields=self._version))
                state = lock(connection)
            if not state.top:
                top = connection.scalar(select(func.max(responsys_events.c.id))) or 0
                if top <= state.folded:
                    return None
                connection.execute(update(event_folds).values(top=top))
                state = lock(connection)
            return state

    def _fold(self, state: Any) -> Generator[int]:
        """Fold range by range, as long as nothing else changes the state; give the numbers of events."""
        cursor = state.cursor
        with snapshot(self._engine) as reader, closing(reader.execute(self._query(state))) as rows:
            for events, last in ranges(rows, self._range_events):
                if not self._store(state, cursor, events, last=last):
                    return
                cursor = events[-1][0] if events else cursor
                yield len(events)

    def _query(self, state: Any) -> Select[Any]:
        """Return the query of the events that are left, in the order of their handles."""
        columns = (*COLUMNS, *(FURTHER_COLUMNS if self._further else ()))
        number, handle = responsys_events.c.id, responsys_events.c.handle
        query = select(*(responsys_events.c[name] for name in columns))
        query = query.where(number > state.folded, number <= state.top, handle > state.cursor)
        return query.order_by(handle)

    def _store(self, state: Any, cursor: int, events: Sequence[Any], *, last: bool) -> bool:
        """Store a range; False if a person was erased meanwhile, or another process has folded it."""
        with self._engine.begin() as connection:
            now = lock(connection)
            if (now.erasures, now.top, now.cursor) != (state.erasures, state.top, cursor):
                return False
            fold_into(connection, profiles.name, events, self._values, self._further)
            if last:
                connection.execute(update(event_folds).values(folded=state.top, top=0, cursor=0))
            else:
                connection.execute(update(event_folds).values(cursor=events[-1][0]))
            return True


def ranges(rows: Iterable[Any], size: int) -> Iterator[tuple[list[Any], bool]]:
    """Give events in lists of about ``size``, a handle's all in one, and whether a list is the last."""
    some: list[Any] = []
    for row in rows:
        if len(some) >= size and row[0] != some[-1][0]:
            yield some, False
            some = []
        some.append(row)
    yield some, True


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


def lock(connection: Connection) -> Any:
    """Return the one row of folds, locked until the transaction ends."""
    return connection.execute(select(event_folds).with_for_update()).one()


def start_anew(connection: Connection, version: str) -> None:
    """Set all rows to the sums of events that retention has taken out, and fold from the first event."""
    connection.execute(profiles.delete())
    connection.execute(insert(profiles).from_select(list(profiles.c), select(profiles_base)))
    connection.execute(update(event_folds).values(folded=0, top=0, cursor=0, fields=version))
