"""Retention: settled batches and dead letters are deleted after some days, a few rows at a time.

Kept for the configured time: records of batches, dead letters that were replayed or dropped. Kept for ever:
open dead letters, because a person has to decide, and statistics, which hold no personal data.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Table

from pipeline.settle.dead_letters import SETTLED
from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.tables import batches, dead_letters, folds

RETENTION = timedelta(days=30)
ROWS_AT_ONCE = 1_000  # in one transaction
MAX_TRANSACTIONS = 20  # for each table; the rest waits for the next time


def prune(engine: Engine, keep: timedelta = RETENTION) -> int:
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
    """Delete rows, a limited number at a time and in all; return how many."""
    return delete_in_turns(engine.begin, table, condition, rows=ROWS_AT_ONCE, turns=MAX_TRANSACTIONS)
