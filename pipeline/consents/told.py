"""Tellings of destinations: their answers, out of the notes of batches, and the answers still awaited."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from pipeline.consents.own_writes import Tell
from pipeline.consents.statement import OUT
from pipeline.consents.telling import REACHED
from pipeline.stores.consent_tables import consent_states, consent_tells


def tells_of(
    connection: Connection, channel: str, addresses: Collection[str], destinations: Collection[str]
) -> dict[str, list[Tell]]:
    """Return the tellings of some destinations by address, in their order."""
    names = ("address", "destination", "status", "sent_at", "settled_at", "verdict", "statement")
    query = select(*(consent_tells.c[name] for name in names)).where(
        consent_tells.c.channel == channel,
        consent_tells.c.address.in_(addresses),
        consent_tells.c.destination.in_(destinations),
    )
    found: dict[str, list[Tell]] = {}
    for row in connection.execute(query.order_by(consent_tells.c.statement)):
        has_reached = row.verdict in REACHED
        tell = Tell(row.destination, row.status, row.sent_at, row.settled_at, has_reached, row.statement)
        found.setdefault(row.address, []).append(tell)
    return found


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
