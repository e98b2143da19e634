"""Tellings of destinations: their answers, out of the notes of batches, and the answers still awaited."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from pipeline.consents.own_writes import Tell
from pipeline.consents.statement import OUT
from pipeline.consents.telling import REACHED
from pipeline.stores.consent_tables import consent_states, consent_tells


def tells_of(
    connection: Connection, channel: str, addresses: Collection[str], destinations: Collection[str]
) -> dict[str, list[Tell]]:
    """Return the tellings of some destinations by address, in their order; of a state the first and last."""
    query = select(consent_tells).where(
        consent_tells.c.channel == channel,
        consent_tells.c.address.in_(addresses),
        consent_tells.c.destination.in_(destinations),
    )
    found: dict[str, list[Tell]] = {}
    for row in connection.execute(query.order_by(consent_tells.c.statement)):
        found.setdefault(row.address, []).extend(tells_in(row))
    return found


def tells_in(row: Row[Any]) -> Iterator[Tell]:
    """Yield the first telling of a state, if it was told again, and the last one."""
    tell = Tell(
        row.destination, row.status, row.sent_at, row.settled_at, row.verdict in REACHED, row.statement
    )
    if row.first_at < row.sent_at:
        is_known = row.known_at is not None and row.known_at < row.sent_at
        end = row.known_at if is_known else row.sent_at
        yield replace(tell, sent_at=row.first_at, settled_at=end, has_reached=is_known)
    yield tell


def oldest_untold(connection: Connection, channel: str, destinations: Collection[str]) -> int | None:
    """Return when the oldest opt-out was sent that a destination has not taken yet; None: all are through."""
    told = consent_tells.c
    is_current = (consent_states.c.address == told.address) & (consent_states.c.channel == told.channel)
    query = (
        select(func.min(told.sent_at))
        .join(consent_states, is_current & (consent_states.c.statement == told.statement))
        .where(told.channel == channel, told.status == OUT, told.destination.in_(destinations))
        .where(told.waits)
    )
    oldest: int | None = connection.scalar(query)
    return oldest
