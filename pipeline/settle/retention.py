"""Forget what was settled long ago, some at a time, so that others can write in between.

Kept for the time that is set: records of batches, dead letters that were replayed or dropped. Kept for ever:
dead letters that are open, for a person has to decide, and statistics, in which nobody stands.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Table, delete, select

from pipeline.settle.dead_letters import SETTLED
from pipeline.stores.tables import batches, dead_letters, folds

KEEP = timedelta(days=30)
CHUNK = 1_000  # rows in one transaction
MOST = 20  # transactions for each table; what is left then waits for the next time


def prune(engine: Engine, keep: timedelta = KEEP) -> int:
    """Forget what was settled longer ago than ``keep``; say how many rows that were."""
    before = datetime.now(UTC) - keep
    # A letter is never settled before it was made, and of these two moments that one is indexed.
    old_letter = dead_letters.c.state.in_(SETTLED) & (dead_letters.c.created_at < before)
    return (
        forget(engine, batches, batches.c.finished_at < before)
        + forget(engine, folds, folds.c.at < before)
        + forget(engine, dead_letters, old_letter & (dead_letters.c.settled_at < before))
    )


def forget(engine: Engine, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete rows, some at a time."""
    deleted = 0
    for _ in range(MOST):
        some = select(table.c.id).where(condition).limit(CHUNK)
        with engine.begin() as connection:
            count = connection.execute(delete(table).where(table.c.id.in_(some))).rowcount
        deleted += count
        if count < CHUNK:
            break
    return deleted
