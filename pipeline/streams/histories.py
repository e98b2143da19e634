"""Histories: each row is compared with the one before it of the same record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.streams.record_bodies import body_of, read_body
from pipeline.streams.record_store import rows_of_parents


def link_to_previous(connection: Connection, rows: Sequence[SourceRecord]) -> None:
    """Give each row the one before it, also if that came later: rows become visible in any order."""
    known: defaultdict[str, dict[tuple[int, str], str]] = defaultdict(dict)
    parents = {row.parent for row in rows if row.parent}
    if not parents:
        return
    for parent, stamp, record, body in rows_of_parents(connection, rows[0].source, parents):
        known[parent][stamp, record] = body
    for row in rows:
        known[row.parent][row.stamp, row.id] = body_of(row)[1]
    ordered = {parent: sorted(found) for parent, found in known.items()}
    for row in rows:
        place = ordered[row.parent].index((row.stamp, row.id)) if row.parent else 0
        if place:
            row.before = read_body(known[row.parent][ordered[row.parent][place - 1]])


def with_people(
    connection: Connection, rows: Sequence[SourceRecord], people: Mapping[str, Sequence[SourceRecord]]
) -> list[SourceRecord]:
    """Give each row the one before it, and return a row for each of its people."""
    link_to_previous(connection, rows)
    return for_each_person(rows, people)


def for_each_person(
    rows: Sequence[SourceRecord], people: Mapping[str, Sequence[SourceRecord]]
) -> list[SourceRecord]:
    """Return a row for each of the people of its record, with their identifiers.

    A row without people stays one row.
    """
    found: list[SourceRecord] = []
    for row in rows:
        found += [of_person(row, person) for person in people.get(row.parent, ())] or [row]
    return found


def of_person(row: SourceRecord, person: SourceRecord) -> SourceRecord:
    """Return a row as that of one person."""
    return replace(row, people=(person.id,), email=person.email, family=person.family, riid=person.riid)
