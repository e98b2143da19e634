"""Columns of events by which people enter once: one that no stored event has is refused, as misspelled."""

from collections.abc import Callable, Iterable, Iterator

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
NEWEST = 20_000  # files whose columns are read
NEWEST_HOOKS = 1000  # events of webhooks whose names are read


def refuse_unknown_columns(events: Callable[[], Engine | None], wanted: Documents) -> None:
    """Raise Misconfigured for columns in ``once`` that no stored event has, once a file has landed."""
    rules = {name: rule["once"] for name, rule in wanted.get("rules", {}).items() if rule.get("once")}
    store = events() if rules else None
    if store is None:
        return
    with reading(store) as connection:
        landed = select(event_files.c.id).where(event_files.c.landed_at.is_not(None)).limit(1)
        if connection.scalar(landed) is None:
            return
        further = {name.lower() for name in further_names(connection)}
    problems = [
        f"rules.{name}.once: {unknown('column of events', column, sorted(OF_ALL | further))}"
        for name, columns in rules.items()
        for column in columns
        if column not in OF_ALL | further
    ]
    if problems:
        raise Misconfigured("\n".join(problems))


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
