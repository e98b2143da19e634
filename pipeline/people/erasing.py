"""Erasing people: their records, entries, conflicts and waiting activations; of records a digest stays.

Without the digest the next page of a stream would bring a record back as a new person.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, delete, func, or_, select

from pipeline.people.record_identity import sha256
from pipeline.people.record_rows import records_of
from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.pair_tables import pair_events, pair_fields
from pipeline.stores.people_tables import conflicts, erased_records, handles, person_records
from pipeline.stores.stream_tables import entries, outgoing, records
from pipeline.stores.upsert import new_rows

AT_ONCE = 10_000  # rows


class Addressee(msgspec.Struct):
    """The part of an activation that names its person."""

    profile_id: str = ""


def profile_ids_of(connection: Connection, people: Collection[int]) -> list[str]:
    """Return the profile ids that people have or once had, the present ones first."""
    query = select(handles.c.id, handles.c.person).where(handles.c.person.in_(people))
    rows = connection.execute(query.order_by(handles.c.id)).all()
    return [f"person:{row.id}" for row in sorted(rows, key=lambda row: (row.id != row.person, row.id))]


def count_of_people(connection: Connection, people: Collection[int]) -> Counter[str]:
    """Count the rows that streams have stored of some people, by place."""
    amounts = {
        table.name: connection.scalar(select(func.count()).select_from(table).where(condition)) or 0
        for table, condition in tables_of(connection, people)
    }
    return +Counter({**amounts, "outgoing": len(waiting_activations(connection, people))})


def erase_people(connection: Connection, people: Collection[int]) -> None:
    """Erase the rows that streams have stored of some people; their handles are erased after that."""
    linked = records_of(connection, people)
    keep_digests(connection, [row.id for row in linked])
    connection.execute(delete(outgoing).where(outgoing.c.number.in_(waiting_activations(connection, people))))
    for table, condition in tables_of(connection, people):
        connection.execute(delete(table).where(condition))
    own = person_records.c.handle.in_([row.handle for row in linked])
    connection.execute(delete(person_records).where(own))


def tables_of(connection: Connection, people: Collection[int]) -> list[tuple[Any, Any]]:
    """Return the tables with rows of people, and the condition for these."""
    ids = [row.id for row in records_of(connection, people)]
    return [
        (records, or_(records.c.person.in_(people), records.c.record.in_(ids))),
        (entries, or_(entries.c.person.in_(people), entries.c.record.in_(ids))),
        (conflicts, or_(conflicts.c.whose.in_(people), conflicts.c.other.in_(people))),
        (pair_fields, pair_fields.c.person.in_(people)),
        (pair_events, pair_events.c.person.in_(people)),
    ]


def waiting_activations(connection: Connection, people: Collection[int]) -> list[int]:
    """Return the numbers of activations of people that are not appended yet."""
    query: Select[Any] = select(outgoing.c.number, outgoing.c.body)
    profiles = set(profile_ids_of(connection, people)) if people else set()
    decode = msgspec.json.Decoder(Addressee).decode
    rows = connection.execute(query) if profiles else ()
    return [number for number, body in rows if decode(body).profile_id in profiles]


def keep_digests(connection: Connection, ids: Sequence[str]) -> None:
    """Keep the digests of erased records."""
    now = datetime.now(UTC)
    if ids:
        rows = [{"record": sha256(name), "at": now} for name in ids]
        connection.execute(new_rows(connection.dialect.name, erased_records), rows)


def forget_erased(engine: Engine, days: float) -> int:
    """Delete digests of records that were erased more than ``days`` ago, and return their number."""
    old = erased_records.c.at < datetime.now(UTC) - timedelta(days=days)
    return delete_in_turns(engine.begin, erased_records, old, rows=AT_ONCE)
