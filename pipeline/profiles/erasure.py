"""Erasure: a person's handles, records, events, profile and quarantined lines leave the events store.

Of the events their keys alone stay, until retention: without them a file that comes again would bring the
person back. Landings notice an erasure by its number, and forget the ids that they know.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, Engine, Select, Table, delete, func, or_, select, update

from pipeline.people.erasing import count_of_people, erase_people
from pipeline.people.find import Handle, find_people, handles_of
from pipeline.profiles.fold import lock
from pipeline.profiles.hook_erasure import erase_hook_events, hook_addresses, hook_events_of, is_hooked
from pipeline.profiles.id_list import numbers_query
from pipeline.stores.database import reading
from pipeline.stores.event_tables import (
    erased_events,
    event_facets,
    event_folds,
    event_lines,
    handles,
    profiles,
    profiles_base,
    responsys_events,
)  # fmt: skip
from pipeline.stores.hook_tables import joinable_rows
from pipeline.stores.stream_tables import event_points
from pipeline.stores.upsert import insert_into


def count_of(engine: Engine, text: str) -> Counter[str]:
    """Count the stored rows of the people that a text names, by place."""
    with reading(engine) as connection:
        return found_of(connection, names_of(connection, text), text)


def erase_from_events(engine: Engine, text: str) -> Counter[str]:
    """Erase the people that a text names; return the number of erased rows by place.

    ``text``: a RIID, ``ACCOUNT:RIID`` or an address.
    """
    with engine.begin() as connection:
        lock(connection)
        names = names_of(connection, text)
        found = found_of(connection, names, text)
        if names:
            erase_people(connection, people_of(connection, names))
            erase_names(connection, names)
        for file, line in bad_lines(connection, names, text):
            where = (event_lines.c.file == file) & (event_lines.c.line == line)
            connection.execute(delete(event_lines).where(where))
        return found


def names_of(connection: Connection, text: str) -> list[Handle]:
    """Return all handles of the people that a text names."""
    people = find_people(connection, text)
    return handles_of(connection, people) if people else []


def found_of(connection: Connection, names: Sequence[Handle], text: str) -> Counter[str]:
    """Count by place."""
    numbers = [name.id for name in names]
    found = Counter(
        {
            "events": count(connection, events_of(connection, numbers)),
            "event profiles": count(connection, rows_in(connection, profiles, numbers)),
            "event handles": len(names),
            "webhook events": count(connection, hook_events_of(connection, numbers)),
            "quarantined lines": sum(1 for _ in bad_lines(connection, names, text)),
        }
    )
    return +found + count_of_people(connection, people_of(connection, names))


def people_of(connection: Connection, names: Sequence[Handle]) -> list[int]:
    """Return the people of handles."""
    among = handles.c.id.in_([name.id for name in names])
    return list(connection.scalars(select(handles.c.person).where(among).distinct())) if names else []


def count(connection: Connection, query: Select[tuple[int]]) -> int:
    """Return the number of rows."""
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0


def events_of(connection: Connection, numbers: list[int]) -> Select[tuple[int]]:
    """Return the query of the events of handles."""
    among = responsys_events.c.handle.in_(numbers_query(connection.dialect.name, numbers))
    return select(responsys_events.c.id).where(among)


def rows_in(connection: Connection, table: Table, numbers: list[int]) -> Select[tuple[int]]:
    """Return the query of the rows of handles."""
    return select(table.c.handle).where(table.c.handle.in_(numbers_query(connection.dialect.name, numbers)))


def erase_names(connection: Connection, names: Sequence[Handle]) -> None:
    """Erase handles with all that hangs on them."""
    own = [name.id for name in names]
    events = responsys_events.c
    mine = events.handle.in_(numbers_query(connection.dialect.name, own))
    facets = set(connection.scalars(select(events.facet).where(mine).distinct()))
    mailboxes = set(connection.scalars(select(events.address).where(mine).distinct()))
    mailboxes = (mailboxes | hook_addresses(connection, own)) - {None, *own}
    keys = select(events.feed, events.day, events.key).where(mine)
    keep = insert_into(connection.dialect.name, erased_events)
    connection.execute(keep.from_select(["feed", "day", "key"], keys).on_conflict_do_nothing())
    connection.execute(delete(responsys_events).where(mine))
    erase_hook_events(connection, own)
    for table in (profiles, profiles_base, event_points, joinable_rows):
        connection.execute(delete(table).where(table.c.handle.in_(own)))
    connection.execute(delete(handles).where(handles.c.id.in_(own)))
    erase_mailboxes(connection, mailboxes)
    erase_facets(connection, facets)
    connection.execute(update(event_folds).values(erasures=event_folds.c.erasures + 1))


def erase_mailboxes(connection: Connection, numbers: Collection[int]) -> None:
    """Erase addresses that bounced for the person, and are no other person's."""
    for number in numbers:
        events = responsys_events.c
        used = or_(events.handle == number, events.address == number)
        person = select(handles.c.person).where(handles.c.id == number).scalar_subquery()
        alone = connection.scalar(select(func.count()).where(handles.c.person == person)) == 1
        has_events = connection.scalar(select(events.id).where(used).limit(1))
        if alone and not has_events and not is_hooked(connection, number):
            connection.execute(delete(handles).where(handles.c.id == number))


def erase_facets(connection: Connection, numbers: Collection[int]) -> None:
    """Erase shared values that no event has any more: a URL may name a person."""
    if numbers:
        kept = set(connection.scalars(select(responsys_events.c.facet).distinct()))
        gone = sorted(set(numbers) - kept)
        among = event_facets.c.id.in_(numbers_query(connection.dialect.name, gone))
        connection.execute(delete(event_facets).where(among))


def bad_lines(connection: Connection, names: Sequence[Handle], text: str) -> Iterator[tuple[int, int]]:
    """Give file and line of quarantined records in which a name of the person is."""
    words = {name.value if name.kind == "riid" else name.label or "" for name in names}
    words |= {text.strip().rpartition(":")[2]}
    whole = r"(?<![\w.@+-]){}(?![\w@])"
    patterns = [re.compile(whole.format(re.escape(word)), re.IGNORECASE) for word in words if word]
    like = or_(*(event_lines.c.text.icontains(word, autoescape=True) for word in words if word))
    query = select(event_lines.c.file, event_lines.c.line, event_lines.c.text).where(like)
    for file, line, record in connection.execute(query).all():
        if any(pattern.search(record) for pattern in patterns):
            yield file, line
