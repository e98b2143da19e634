"""Retention: settled batches and dead letters are deleted after some days, a few rows at a time.

Kept for the configured time: records of batches, dead letters that were replayed or dropped. Kept for ever:
open dead letters, because a person has to decide, and statistics, which hold no personal data.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Table, delete, select

from pipeline.settle.dead_letters import SETTLED
from pipeline.stores.tables import batches, dead_letters, folds

KEEP = timedelta(days=30)
CHUNK = 1_000  # rows in one transaction
MOST = 20  # transactions for each table; what is left then waits for the next time


def prune(engine: Engine, keep: timedelta = KEEP) -> int:
    """Delete rows settled longer ago than ``keep``, and return their number."""
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
