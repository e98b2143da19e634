"""Explaining people: how each is known, its records as last read, and what rules decided about it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pipeline.operate.activity import Actor, note_alone
from pipeline.pairs.pair_log import events_of
from pipeline.people.find import find_people, handles_of
from pipeline.people.primary import primaries_of
from pipeline.people.record_rows import RecordRow, records_of
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import entries, records
from pipeline.text.times import rfc3339

ENTRY = ("rule", "record", "person", "state", "check", "evidence", "until")


def explain_people(stores: Stores, actor: Actor, text: str, field: str | None = None) -> list[dict[str, Any]]:
    """Return a document for each person that a text names, and note that it was looked at, without the text.

    ``text``: "person:7", an address, a RIID or an id of Salesforce. ``field``: this one of values alone.
    """
    note_alone(stores.engine, actor, "person.explained")
    events = stores.events_if_any
    if events is None:
        return []
    with reading(events) as connection:
        people = find_people(connection, text)
        return [explained(connection, person, field) for person in people]


def explained(connection: Connection, person: int, field: str | None) -> dict[str, Any]:
    """Return ``{"person", "handles", "records", "entries"}``; of one field also its ``history`` in pairs."""
    history = {} if field is None else {"history": events_of(connection, person, field)}
    return {
        "person": f"person:{person}",
        "handles": [
            {"kind": one.kind, "scope": one.scope, "value": one.value, "label": one.label}
            for one in handles_of(connection, [person])
        ],
        "records": read_records(connection, person, field),
        "entries": read_entries(connection, person),
        **history,
    }


def read_records(connection: Connection, person: int, field: str | None) -> list[dict[str, Any]]:
    """Return the records of a person as sources last read them; one that none has read has no source."""
    linked = {row.id: row for row in records_of(connection, [person])}
    primary = primaries_of(connection, [person]).get(person)
    query = select(records).where(records.c.person == person).order_by(records.c.source, records.c.record)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    missing = [{"source": None, "record": name} for name in linked.keys() - {row["record"] for row in rows}]
    return [
        record_document(row, linked.get(row["record"]), primary, field)
        for row in [*rows, *sorted(missing, key=lambda one: str(one["record"]))]
    ]


def record_document(
    row: Mapping[str, Any], linked: RecordRow | None, primary: str | None, field: str | None
) -> dict[str, Any]:
    """Return one record for people and programs."""
    stamp = row.get("stamp") or (linked and linked.active)
    return {
        "source": row["source"],
        "record": row["record"],
        "stamp": rfc3339(datetime.fromtimestamp(stamp / 1000, UTC)) if stamp else None,
        "primary": row["record"] == primary,
        "gone": bool(row.get("gone") or (linked and linked.gone)),
        "conflict": linked and linked.conflict,
        "values": values_of(row.get("body"), field),
    }


def values_of(body: str | None, field: str | None) -> dict[str, Any]:
    """Return variables and fields of a record; ``field``: this one alone."""
    values, fields, *_ = msgspec.json.decode(body) if body else ({}, {})
    found = {**fields, **values}
    return found if field is None else {name: value for name, value in found.items() if name == field}


def read_entries(connection: Connection, person: int) -> list[dict[str, Any]]:
    """Return what rules decided about a person, newest first."""
    query = select(entries).where(entries.c.person == person).order_by(entries.c.asked_at.desc())
    return [entry_document(dict(row)) for row in connection.execute(query).mappings()]


def entry_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry for people and programs."""
    entry = {name: row[name] for name in ENTRY}
    return entry | {"person": f"person:{row['person']}", "until": row["until"] and rfc3339(row["until"])}
