"""Schedule: sources run when they are due, or when their last run was interrupted.

Keys
    turn:source:{name}:{every}   there until the source is due again; its minutes are part of the name, so
                                 that a shorter interval counts at once
    turn:interrupted             there while a worker has looked for interrupted runs recently
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine, or_, select

from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading
from pipeline.stores.row_lease import LEASE
from pipeline.stores.snapshot_tables import snapshots

INTERRUPTED_EVERY = 60.0  # seconds


def due(catalog: Catalog, engine: Engine, take: Callable[[str, float], bool]) -> Iterator[str]:
    """Name the sources to run; ``take``: takes a duty for some seconds, False if another worker has it."""
    if not catalog.sources:
        return
    enabled = {name: source for name, source in catalog.sources.items() if source.enabled}
    for name, source in enabled.items():
        if take(f"source:{name}:{source.every:g}", source.every * 60):
            yield name
    if take("interrupted", INTERRUPTED_EVERY):
        yield from (name for name in interrupted(engine) if name in enabled)


def interrupted(engine: Engine) -> list[str]:
    """Name the sources with a run that stopped half-way and is in no process."""
    silent = or_(snapshots.c.owner.is_(None), snapshots.c.alive_at < datetime.now(UTC) - LEASE)
    half_way = or_(
        snapshots.c.phase == "sending",
        # Without an owner a reading has failed, and the schedule tries again.
        (snapshots.c.phase == "reading") & snapshots.c.owner.is_not(None),
    )
    with reading(engine) as connection:
        found = select(snapshots.c.source).where(snapshots.c.source.is_not(None), silent, half_way)
        return [str(name) for name in connection.scalars(found)]
