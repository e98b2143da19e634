"""Erasure of webhooks' events; their digests stay, else a message that is repeated would bring them back."""

from sqlalchemy import Connection, Select, delete, literal, or_, select, update

from pipeline.profiles.id_list import numbers_query
from pipeline.stores.event_tables import erased_events
from pipeline.stores.hook_tables import HOOK_FEED, hook_events
from pipeline.stores.upsert import insert_into


def hook_events_of(connection: Connection, numbers: list[int]) -> Select[tuple[int]]:
    """Return the query of the webhooks' events of handles."""
    among = hook_events.c.handle.in_(numbers_query(connection.dialect.name, numbers))
    return select(hook_events.c.id).where(among)


def erase_hook_events(connection: Connection, numbers: list[int]) -> None:
    """Erase the webhooks' events of handles."""
    event = hook_events.c
    mine = event.handle.in_(numbers_query(connection.dialect.name, numbers))
    keys = select(literal(HOOK_FEED), event.day, event.digest).where(mine)
    keep = insert_into(connection.dialect.name, erased_events)
    connection.execute(keep.from_select(["feed", "day", "key"], keys).on_conflict_do_nothing())
    connection.execute(delete(hook_events).where(mine))
    at_address = event.address.in_(numbers_query(connection.dialect.name, numbers))
    connection.execute(update(hook_events).where(at_address).values(address=None))


def hook_addresses(connection: Connection, numbers: list[int]) -> set[int | None]:
    """Return the handles of the addresses that webhooks' events of some handles name."""
    mine = hook_events.c.handle.in_(numbers_query(connection.dialect.name, numbers))
    return set(connection.scalars(select(hook_events.c.address).where(mine).distinct()))


def is_hooked(connection: Connection, number: int) -> bool:
    """Tell whether any webhook's event names a handle."""
    named = or_(hook_events.c.handle == number, hook_events.c.address == number)
    return connection.scalar(select(hook_events.c.id).where(named).limit(1)) is not None
