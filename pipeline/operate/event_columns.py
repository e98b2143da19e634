"""Columns of events by which people enter once: one that no stored event has is refused, as misspelled."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import msgspec
from sqlalchemy import Connection, Engine, select

from pipeline.errors import Misconfigured
from pipeline.records.documents import Documents
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files
from pipeline.stores.hook_tables import hook_events
from pipeline.streams.event_variables import SHARED
from pipeline.streams.hook_reader import further_values
from pipeline.text.messages import unknown

OF_ALL = {*SHARED, "type", "captured_at", "day", "campaign_name"}
NEWEST = 20_000  # files that are looked at for their columns
NEWEST_HOOKS = 1000  # events of webhooks that are looked at for their names


def refuse_unknown_columns(events: Callable[[], Engine | None], wanted: Documents) -> None:
    """Raise Misconfigured for columns in ``once`` that no stored event has, once a file has landed."""
    rules = {name: rule["once"] for name, rule in wanted.get("rules", {}).items() if rule.get("once")}
    store = events() if rules else None
    found = unknown_columns(store, rules) if store is not None else []
    if found:
        raise Misconfigured("\n".join(f"rules.{name}.once: {problem}" for name, _, problem in found))


def unknown_columns(events: Engine, once: Mapping[str, Sequence[str]]) -> list[tuple[str, str, str]]:
    """Return rule, column and problem of each column that no stored event has; none before a file landed.

    ``once``: columns by rule.
    """
    if OF_ALL.issuperset(chain.from_iterable(once.values())):
        return []
    with reading(events) as connection:
        landed = select(event_files.c.id).where(event_files.c.landed_at.is_not(None)).limit(1)
        if connection.scalar(landed) is None:
            return []
        known = OF_ALL | {name.lower() for name in further_names(connection)}
    return [
        (name, column, unknown("column of events", column, sorted(known)))
        for name, columns in once.items()
        for column in columns
        if column not in known
    ]


def further_names(connection: Connection) -> Iterator[str]:
    """Yield the names of columns that only some files or webhooks have."""
    files = select(event_files.c.other_columns).order_by(event_files.c.id.desc()).limit(NEWEST)
    for names in connection.scalars(files):
        yield from names or ()
    bodies: Iterable[str] = connection.scalars(
        select(hook_events.c.body).order_by(hook_events.c.id.desc()).limit(NEWEST_HOOKS)
    )
    for body in bodies:
        yield from (name for name, _ in further_values(msgspec.json.decode(body)))
