"""People with profiles that may have changed: those of the events that were folded since a mark.

The events of the range are read once, by their ids; memory is eight bytes a person. A reading from the
beginning goes through all people by their numbers.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_folds, responsys_events
from pipeline.stores.people_tables import handles

AT_ONCE = 1_000  # people


@dataclass(frozen=True)
class FoldPlace:
    """How far profiles are folded; by ``fields`` they are made."""

    folded: int  # highest id of an event in all profiles
    fields: str  # version of the mapping

    @classmethod
    def read(cls, connection: Connection, *, lock: bool = False) -> "FoldPlace":
        """Read the one row of folds; ``lock``: no fold writes before the transaction ends."""
        query: Any = select(event_folds.c.folded, event_folds.c.fields)
        if lock:
            query = query.with_for_update(read=True)
        return cls(*connection.execute(query).one())


def changed_people(engine: Engine, after: int, top: int) -> Iterator[Sequence[int]]:
    """Give the people of the events with an id above ``after`` and up to ``top``, in the order of numbers."""
    number = responsys_events.c.id
    query = select(handles.c.person).join(responsys_events, responsys_events.c.handle == handles.c.id)
    query = query.where(number > after, number <= top).distinct().order_by(handles.c.person)
    with reading(engine) as connection:
        people = array(
            "q", (person for some in connection.scalars(query).partitions(10_000) for person in some)
        )
    for start in range(0, len(people), AT_ONCE):
        yield people[start : start + AT_ONCE]


def all_people(engine: Engine, after: int) -> Iterator[Sequence[int]]:
    """Give all people with a number above ``after``, in the order of numbers."""
    query = select(handles.c.id).where(handles.c.id == handles.c.person).order_by(handles.c.id).limit(AT_ONCE)
    while True:
        with reading(engine) as connection:
            people = connection.scalars(query.where(handles.c.id > after)).all()
        if not people:
            return
        yield people
        after = people[-1]
