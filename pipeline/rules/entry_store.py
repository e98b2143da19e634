"""Entries in the store: those of a page at once, in few statements."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from pipeline.people.record_rows import run
from pipeline.rules.past_entries import COUNTING, WATCHED, PastEntry
from pipeline.stores.stream_tables import entries

AT_ONCE = 5_000  # values of one list


@dataclass(frozen=True)
class RuleEntry:
    """A row of ``entries``; its key is the id of its activation."""

    key: str
    rule: str
    source: str
    record: str
    person: int | None
    state: str
    check: int | None
    evidence: Any
    until: datetime | None
    asked_at: datetime
    entered_at: datetime | None
    activation: str | None


def answered_keys(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return the keys that have their answer; those left out by check 2 may be asked for again."""
    query = "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN entries e ON e.key = j.value"
    rows = run(connection, query, "text", list(keys), columns='e.key, e.state, e."check"') if keys else ()
    return {key for key, *answer in rows if answer != ["left_out", 2]}


def waiting_people(connection: Connection, people: Collection[int]) -> set[tuple[str, int]]:
    """Return rules and people of the entries that wait for a record of their person."""
    query = (
        "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN entries e ON e.person = j.value "
        "WHERE e.state = 'put_off' AND e.\"check\" = 2"
    )
    rows = run(connection, query, "bigint", list(people), columns="e.rule, e.person")
    return {(rule, person) for rule, person in rows}


def entries_of(connection: Connection, people: Collection[int]) -> Iterator[tuple[int, PastEntry]]:
    """Yield the entries of people that count."""
    at = func.coalesce(entries.c.entered_at, entries.c.asked_at, type_=entries.c.asked_at.type)
    states = entries.c.state.in_((*COUNTING, WATCHED))
    for some in lists_of(people):
        chosen = select(entries.c.person, entries.c.rule, at, entries.c.state)
        for person, *entry in connection.execute(chosen.where(entries.c.person.in_(some), states)):
            yield person, PastEntry(*entry)


def due_entries(
    connection: Connection, source: str, rules: Collection[str], now: datetime, most: int
) -> Sequence[Row[Any]]:
    """Return entries of a source's rules that were put off until now, the oldest first."""
    own = (entries.c.source == source) & entries.c.rule.in_(rules)
    due = own & (entries.c.state == "put_off") & (entries.c.until <= now)
    return connection.execute(
        select(entries).where(due).order_by(entries.c.until, entries.c.key).limit(most)
    ).all()


def write_entries(connection: Connection, written: Sequence[RuleEntry]) -> None:
    """Store entries in the place of earlier ones of their keys."""
    for some in lists_of([entry.key for entry in written]):
        connection.execute(delete(entries).where(entries.c.key.in_(some)))
    if written:
        connection.execute(insert(entries), [asdict(entry) for entry in written])


def lists_of(values: Collection[Any]) -> Iterator[list[Any]]:
    """Cut values into lists that one statement takes."""
    ordered = list(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
