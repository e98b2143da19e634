"""Explaining a consent: why a person is not written to, since when, and when each system knew of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, select

from pipeline.consents.barred import Named, names_of
from pipeline.consents.conflict_questions import KIND
from pipeline.consents.untold import people_of
from pipeline.model.activation import Activation
from pipeline.operate.activity import Actor, note_alone
from pipeline.operate.consent_refusals import read_refusals, told_with_refusals
from pipeline.operate.consents import addresses_meant
from pipeline.people.find import find_people, handles_of
from pipeline.runtime.barred_people import OPTED_OUT
from pipeline.runtime.stores import Stores
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters
from pipeline.stores.people_tables import conflicts, handles
from pipeline.text.times import rfc3339

STATEMENT = "id wish kind source epoch effect evidence".split()
LETTERS_AT_ONCE = 1_000


def explain_consents(stores: Stores, actor: Actor, text: str) -> list[dict[str, Any]]:
    """Return a document for each address that a text names and each channel; an activity notes the look.

    ``text``: an address, its SHA-256, "person:7", a RIID or an id of Salesforce. The list is empty if no
    statement was ever made.
    """
    note_alone(stores.engine, actor, "consent.explained")
    events = stores.events_if_any
    if events is None:
        return []
    with reading(events) as connection:
        digests = [one.digest for one in addresses_meant(connection, text)]
        states = select(consent_states).where(consent_states.c.address.in_(digests))
        found = [
            explained_state(connection, row)
            for row in connection.execute(states.order_by(consent_states.c.channel)).mappings()
        ]
        names = names_meant(connection, digests, text)
    if not found:
        return []
    letters, refusals = not_sent(stores, names), read_refusals(stores.engine, names)
    return [{**one, "told": told_with_refusals(one["told"], refusals), "not_sent": letters} for one in found]


def explained_state(connection: Connection, row: RowMapping) -> dict[str, Any]:
    """Return the statements on one address in one channel, and the messages about it."""
    address, channel = row["address"], row["channel"]
    statements = statements_of(connection, address, channel)
    deciding = next((one for one in statements if one["id"] == row["statement"]), None)
    person = people_of(connection, [address]).get(address)
    return {
        "address": address,
        "person": f"person:{person}" if person is not None else None,
        "channel": channel,
        "status": row["status"] or "unknown",
        "epoch": row["epoch"],
        "since": deciding and deciding["at"],
        "by": deciding and {name: deciding[name] for name in ("kind", "source", "evidence")},
        "statements": statements,
        "told": tells_document(connection, address, channel),
        "conflicts": open_questions(connection, person, address, channel),
    }


def statements_of(connection: Connection, address: str, channel: str) -> list[dict[str, Any]]:
    """Return all that was said, in its order."""
    query = select(consent_statements).where(
        consent_statements.c.address == address, consent_statements.c.channel == channel
    )
    return [
        {name: row[name] for name in STATEMENT}
        | {"consents": row["name"], "at": moment_text(row["at"]), "noted_at": moment_text(row["noted_at"])}
        for row in connection.execute(query.order_by(consent_statements.c.id)).mappings()
    ]


def tells_document(connection: Connection, address: str, channel: str) -> list[dict[str, Any]]:
    """Return for each destination the state that it was told, the time, and its answer."""
    query = select(consent_tells).where(
        consent_tells.c.address == address, consent_tells.c.channel == channel
    )
    rows = connection.execute(query.order_by(consent_tells.c.statement, consent_tells.c.destination))
    return [
        {
            "destination": row.destination,
            "status": row.status,
            "statement": row.statement,
            "sent_at": moment_text(row.sent_at),
            "answered_at": moment_text(row.settled_at),
            "known_at": moment_text(row.known_at),
            "verdict": row.verdict or None,
        }
        for row in rows
    ]


def open_questions(connection: Connection, person: int | None, address: str, channel: str) -> list[int]:
    """Return the numbers of open conflicts about an address."""
    query = select(conflicts.c.id, conflicts.c["values"]).where(
        conflicts.c.kind == KIND, conflicts.c.whose == person, conflicts.c.settled.is_(None)
    )
    place = (address, channel)
    return [
        number
        for number, values in connection.execute(query)
        if (values.get("address"), values.get("channel")) == place
    ]


def names_meant(connection: Connection, digests: Sequence[str], text: str) -> set[Named]:
    """Return all by which rows may name the people of some addresses."""
    named = (handles.c.kind == "email") & (handles.c.scope == "") & handles.c.value.in_(digests)
    query = select(handles.c.person).where(named)
    people = {*connection.scalars(query), *find_people(connection, text)}
    found: set[Named] = {("email", digest) for digest in digests}
    for handle in handles_of(connection, people) if people else ():
        found |= {(handle.kind, handle.value), ("person", str(handle.id))}
    return found


def not_sent(stores: Stores, names: set[Named]) -> list[dict[str, Any]]:
    """Return the dead letters of rows that were not sent because the person was out, newest first."""
    query = select(dead_letters).where(dead_letters.c.code == OPTED_OUT)
    newest = query.order_by(dead_letters.c.created_at.desc()).execution_options(yield_per=LETTERS_AT_ONCE)
    with reading(stores.engine) as connection, connection.execute(newest) as rows:
        return [letter_document(row) for row in rows.mappings() if is_named(row, names)]


def is_named(row: RowMapping, names: set[Named]) -> bool:
    """Tell whether the activation of a letter names one of some people."""
    try:
        activation = msgspec.json.decode(row["activation"], type=Activation)
    except msgspec.MsgspecError:
        return False
    return bool(names_of(activation) & names)


def letter_document(row: RowMapping) -> dict[str, Any]:
    """Return the document of a letter."""
    return {
        "dead_letter": row["id"],
        "at": rfc3339(row["created_at"]),
        "destination": row["destination"],
        "audience": row["audience"],
    }


def moment_text(milliseconds: int | None) -> str | None:
    """Write a time of the tables of consents."""
    if milliseconds is None:
        return None
    return rfc3339(datetime.fromtimestamp(milliseconds / 1000, UTC))
