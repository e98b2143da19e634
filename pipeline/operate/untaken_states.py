"""Untaken states: states of addresses that destinations were told, and have not taken."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, select

from pipeline.consents.statement import IN, OUT, Wish
from pipeline.operate.consent_explaining import moment_text
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells

Difference = dict[str, Any]


def not_told(connection: Connection, channel: str, destinations: Collection[str]) -> Iterator[Difference]:
    """Give the addresses that are out, and that a destination has not taken."""
    for row in connection.execute(untaken(channel, destinations, OUT)):
        yield untaken_document(row, "here")


def out_in_lists(connection: Connection, channel: str, lists: Collection[str]) -> Iterator[Difference]:
    """Give the addresses that were out and are in again, and that an export to a list has not taken."""
    said = consent_statements.c
    own = (said.address == consent_tells.c.address) & (said.channel == consent_tells.c.channel)
    was_out = exists().where(own, said.effect == OUT)
    never_taken = consent_tells.c.known_at.is_(None)  # nor before it was told once more
    for row in connection.execute(untaken(channel, lists, IN).where(was_out, never_taken)):
        yield untaken_document(row, "responsys")


def untaken(channel: str, destinations: Collection[str], status: Wish) -> Select[Any]:
    """Return the query of the states that count now, and that destinations have not taken."""
    query = (
        select(consent_tells)
        .join(consent_states, is_current())
        .where(consent_tells.c.channel == channel, consent_tells.c.waits)
        .where(consent_tells.c.destination.in_(destinations), consent_tells.c.status == status)
    )
    return query.order_by(consent_tells.c.statement, consent_tells.c.destination)


def is_current() -> ColumnElement[bool]:
    """Return the condition that a telling is of the state that counts."""
    return (
        (consent_states.c.address == consent_tells.c.address)
        & (consent_states.c.channel == consent_tells.c.channel)
        & (consent_states.c.statement == consent_tells.c.statement)
    )


def untaken_document(row: Row[Any], side: str) -> Difference:
    """Return the document of an untaken state; ``side``: the one on which the address is out."""
    return {
        "address": row.address,
        "out_in": side,
        "destination": row.destination,
        "since": moment_text(row.sent_at),
        "verdict": row.verdict or None,
    }
