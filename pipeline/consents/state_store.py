"""States of consents in the store: those of a page at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select, tuple_, update

from pipeline.consents.consent_state import ConsentState
from pipeline.stores.consent_tables import consent_states
from pipeline.stores.upsert import insert_into

AT_ONCE = 5_000  # addresses in one query

Place = tuple[str, str]  # SHA-256 of an address, and a channel


@dataclass(frozen=True)
class StoredState:
    """The state of an address in a channel, with the statement that led to its status."""

    state: ConsentState
    statement: int
    tells: int = 0


def read_states(connection: Connection, channel: str, addresses: Collection[str]) -> dict[str, StoredState]:
    """Return the states of some addresses in a channel, by address; one that nothing was said of has none."""
    found: dict[str, StoredState] = {}
    wanted = sorted(set(addresses))
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        query = select(consent_states).where(
            consent_states.c.channel == channel, consent_states.c.address.in_(some)
        )
        found |= {row["address"]: stored_state(row) for row in connection.execute(query).mappings()}
    return found


def stored_state(row: RowMapping) -> StoredState:
    """Read a row."""
    state = ConsentState(row["epoch"], row["opened"], row["out_at"], row["in_at"])
    return StoredState(state, row["statement"], row["tells"])


def write_states(connection: Connection, states: Mapping[Place, StoredState]) -> None:
    """Insert states, or replace those of the same address and channel."""
    rows = [
        {
            "address": address,
            "channel": channel,
            "epoch": stored.state.epoch,
            "opened": stored.state.opened,
            "out_at": stored.state.out_at,
            "in_at": stored.state.in_at,
            "status": stored.state.status,
            "statement": stored.statement,
            "tells": stored.tells,
        }
        for (address, channel), stored in states.items()
    ]
    if not rows:
        return
    statement = insert_into(connection.dialect.name, consent_states)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in ("address", "channel")}
    key = list(consent_states.primary_key.columns)
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def count_tells(connection: Connection, places: Collection[Place]) -> None:
    """Note that both sides are told of some states once more."""
    if places:
        own = tuple_(consent_states.c.address, consent_states.c.channel).in_(list(places))
        connection.execute(update(consent_states).where(own).values(tells=consent_states.c.tells + 1))
