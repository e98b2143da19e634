"""Explaining people: how each is known, its records as last read, and the decisions of rules about it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pipeline.errors import Misconfigured
from pipeline.model.looking import likely
from pipeline.model.source import MembersSource
from pipeline.operate.activity import Actor, note_alone
from pipeline.pairs.pair_log import events_of
from pipeline.people.find import find_people, handles_of
from pipeline.people.primary import primaries_of
from pipeline.people.record_rows import RecordRow, records_of
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import entries, records
from pipeline.text.messages import unknown
from pipeline.text.times import rfc3339

ENTRY = ("rule", "record", "person", "state", "check", "evidence", "until")


class UnknownField(Misconfigured):
    """A field that no pair, mapping or source of members has, nor any record of the person."""


def explain_people(stores: Stores, actor: Actor, text: str, field: str | None = None) -> list[dict[str, Any]]:
    """Return a document for each person that a text names, and note that it was looked at, without the text.

    ``text``: "person:7", an address, a RIID or an id of Salesforce. ``field``: this one of values alone;
    raises UnknownField if nothing can have one of this name.
    """
    note_alone(stores.engine, actor, "person.explained")
    events = stores.events_if_any
    if events is None:
        return []
    with reading(events) as connection:
        people = find_people(connection, text)
        if field is not None and people:
            require_field(connection, stores.records_without_secrets.load(), people, field)
        return [person_document(connection, person, field) for person in people]


def require_field(connection: Connection, catalog: Catalog, people: Iterable[int], field: str) -> None:
    """Raise UnknownField, with the known names, unless the configuration or a kept record has the field."""
    known = set(catalog_fields(catalog))
    for person in people:
        known |= {name for one in read_records(connection, person, None) for name in one["values"]}
        known |= {one["field"] for one in events_of(connection, person)}
    if field not in known:
        raise UnknownField(f"{unknown('field', field, known)}{likely(field, known)}")


def catalog_fields(catalog: Catalog) -> Iterator[str]:
    """Yield the variables of pairs and mappings, and those of sources of members."""
    for pair in catalog.pairs.values():
        yield from pair.fields
    for mapping in catalog.mappings.values():
        yield from mapping.variables
    for source in catalog.sources.values():
        if isinstance(source, MembersSource):
            yield from source.variables


def person_document(connection: Connection, person: int, field: str | None) -> dict[str, Any]:
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
    """Return the decisions of rules about a person, newest first."""
    query = select(entries).where(entries.c.person == person).order_by(entries.c.asked_at.desc())
    return [entry_document(dict(row)) for row in connection.execute(query).mappings()]


def entry_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry for people and programs."""
    entry = {name: row[name] for name in ENTRY}
    return entry | {"person": f"person:{row['person']}", "until": row["until"] and rfc3339(row["until"])}
