"""Entries in the store: those of a page at once, in few statements."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from pipeline.model.rule import Rule
from pipeline.people.record_rows import run_query
from pipeline.rules.decide import AGAIN
from pipeline.rules.past_entries import COUNTING, WATCHED, Heeded, PastEntry
from pipeline.stores.metadata import Moment
from pipeline.stores.stream_tables import entries
from pipeline.stores.upsert import put_all

AT_ONCE = 5_000  # values of one list
entry_time = func.coalesce(entries.c.entered_at, entries.c.asked_at, type_=Moment)


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
    query = (
        "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN entries e ON e.key = j.value "
        "WHERE e.state <> 'left_out' OR e.\"check\" <> 2"
    )
    rows = run_query(connection, query, "text", sorted(keys), columns="e.key") if keys else ()
    return {key for (key,) in rows}


def waiting_people(connection: Connection, people: Collection[int]) -> set[tuple[str, int]]:
    """Return rules and people of the entries that wait for a record of their person."""
    query = (
        "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN entries e ON e.person = j.value "
        "WHERE e.state = 'put_off' AND e.\"check\" = 2"
    )
    rows = run_query(connection, query, "bigint", list(people), columns="e.rule, e.person")
    return {(rule, person) for rule, person in rows}


def kept_out(connection: Connection, rule: Rule, people: Collection[int], now: datetime) -> Iterator[int]:
    """Yield the people that check 6 keeps out, if an entry has noted that since they last entered."""
    counting = (*COUNTING, WATCHED) if rule.watches else COUNTING
    left_out = (entries.c.state == "left_out") & (entries.c.check == AGAIN)
    entered = func.max(case((entries.c.state.in_(counting), entry_time)), type_=Moment)
    told = func.max(case((left_out, entries.c.asked_at)), type_=Moment)
    chosen = select(entries.c.person).where(entries.c.rule == rule.name)
    chosen = chosen.where(entries.c.state.in_((*counting, "left_out"))).group_by(entries.c.person)
    chosen = chosen.having(told >= entered)
    if rule.again_after is not None:
        chosen = chosen.having(entered > now - timedelta(seconds=rule.again_after))
    for some in lists_of(people):
        yield from connection.scalars(chosen.where(entries.c.person.in_(some))).all()


def entries_of(
    connection: Connection, people: Collection[int], heeded: Heeded, now: datetime
) -> Iterator[tuple[int, PastEntry]]:
    """Yield the entries of people that count, of the rules and the time that are heeded."""
    chosen = select(entries.c.person, entries.c.rule, entry_time, entries.c.state)
    chosen = chosen.where(entries.c.state.in_((*COUNTING, WATCHED)))
    if heeded.rules is not None:
        chosen = chosen.where(entries.c.rule.in_(heeded.rules))
    if heeded.seconds is not None:
        chosen = chosen.where(entry_time >= now - timedelta(seconds=heeded.seconds))
    for some in lists_of(people) if heeded else ():
        for person, *entry in connection.execute(chosen.where(entries.c.person.in_(some))).all():
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
    """Store entries in the place of earlier ones of their keys, in the order in which tables keep them."""
    put_all(connection, entries, [vars(entry) for entry in sorted(written, key=attrgetter("key"))])


def lists_of(values: Collection[Any]) -> Iterator[list[Any]]:
    """Cut values into lists that one statement takes."""
    ordered = list(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
