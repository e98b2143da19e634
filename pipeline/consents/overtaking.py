"""Overtaking: an older wish reached a destination after the one that counts, so that is told once more.

Each source has an outbox of its own, and so have commands: a run that was killed before it appended goes on
when later wishes are told already.
"""

from collections.abc import Collection

from sqlalchemy import Connection, select

from pipeline.consents.state_store import read_states
from pipeline.consents.telling import Telling
from pipeline.consents.untold import addressed_of
from pipeline.model.activation import Activation
from pipeline.model.consent_account import ConsentAccount
from pipeline.stores.consent_tables import consent_states, consent_tells


def overtaken(
    connection: Connection, channel: str, statements: Collection[int], destination: str
) -> list[str]:
    """Return addresses for which a destination's answer to an older statement may have overwritten the state.

    The newer statement has another wish, and was answered before the older one or is not answered yet.
    ``statements``: those that ``destination`` has just answered.
    """
    old, new = consent_tells.alias("old"), consent_tells.alias("new")
    own = (consent_states.c.address == old.c.address) & (consent_states.c.channel == old.c.channel)
    current = (new.c.statement == consent_states.c.statement) & (new.c.destination == old.c.destination)
    earlier = new.c.settled_at.is_(None) | (new.c.settled_at <= old.c.settled_at)
    query = (
        select(old.c.address)
        .join(consent_states, own)
        .join(new, current)
        .where(old.c.statement.in_(statements), old.c.destination == destination, old.c.channel == channel)
        .where(old.c.statement < new.c.statement, old.c.status != new.c.status, earlier)
    )
    return sorted(set(connection.scalars(query)))


def told_again(
    connection: Connection, account: ConsentAccount, addresses: Collection[str], destination: str, now: int
) -> list[Activation]:
    """Return activations of the states that count, for one destination."""
    states = read_states(connection, account.channel, addresses)
    telling = Telling(connection, account.told_audience, account.channel, [destination])
    return telling.tell_each(states, addressed_of(connection, list(addresses)), now)
