"""Rows of webhooks' events, as a source of events reads them beside the rows of files.

An event that both a webhook and a file have told counts once, for the first of the two: ``hook_rows`` leaves
out events that a file had told before, and rows of files in ``told_by_hooks`` are left out of their page.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from pipeline.people.record_rows import run_query
from pipeline.stores.hook_tables import hook_events
from pipeline.stores.people_tables import handles
from pipeline.stores.unindexed import unindexed

RIIDS = handles.alias("hook_riids")
ADDRESSES = handles.alias("hook_addresses")
TOLD = "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN hook_events h ON h.event = j.value"


class HookRow(NamedTuple):
    """One event; ``values``: campaign_name, reason, channel, other, as far as it has them."""

    id: int
    type: str  # "EMAIL_CLICKED"
    word: str  # "CLICK"
    captured: int  # seconds since the epoch: its arrival
    day: int  # days since the epoch
    campaign: str | None
    customer: str | None
    handle: int
    address: int | None  # handle
    person: int | None
    riid: str | None
    email: str | None  # as far as event files have told the address
    values: Mapping[str, Any]


def hook_rows(
    connection: Connection, connector: str, after: int, top: int, limit: int, words: Collection[str] = ()
) -> list[HookRow]:
    """Return the next events between two ids, in the order of storing; ``words``: of these types, (): all."""
    event = hook_events.c
    chosen = (
        (event.id > after)
        & (event.id <= top)
        & (unindexed(event.connector) == connector)
        & event.late.is_(False)
    )
    if words:
        chosen &= event.word.in_(words)
    return read_rows(connection, chosen, limit)


def rows_of_hooks(connection: Connection, ids: Collection[int]) -> list[HookRow]:
    """Return events by their ids."""
    return read_rows(connection, hook_events.c.id.in_(ids)) if ids else []


def read_rows(connection: Connection, chosen: ColumnElement[bool], limit: int | None = None) -> list[HookRow]:
    """Return the events that a condition chooses, in the order of storing."""
    event = hook_events.c
    columns = (event.id, event.type, event.word, event.captured, event.day, event.campaign, event.customer)
    named = (RIIDS.c.person, RIIDS.c.kind, RIIDS.c.value, ADDRESSES.c.label)
    query = select(*columns, event.handle, event.address, *named, event.body).where(chosen)
    query = query.outerjoin(RIIDS, RIIDS.c.id == event.handle)
    query = query.outerjoin(ADDRESSES, ADDRESSES.c.id == event.address)
    rows = connection.execute(query.order_by(event.id).limit(limit)).all()
    return [
        HookRow(
            *row[:10], row.value if row.kind == "riid" else None, row.label, msgspec.json.decode(row.body)
        )
        for row in rows
    ]


def newest_hook(connection: Connection) -> int:
    """Return the highest id of an event; 0: there is none."""
    return connection.scalar(select(func.max(hook_events.c.id))) or 0


def told_by_hooks(connection: Connection, connector: str, rows: Sequence[int]) -> set[int]:
    """Return the rows of files with an event that a webhook of the connector has told of before."""
    found = run_query(connection, TOLD, "bigint", list(rows), columns="h.event, h.connector, h.late")
    return {event for event, name, late in found if name == connector and not late}
