"""Retention: old records of settled work are deleted after some days, a few rows at a time.

Kept for the configured times: records of batches and notes of them, outcomes of rows, activities, messages
about alerts, dead letters that were replayed, dropped or resolved. Kept for ever: open dead letters, because
a person has to decide, and statistics, which hold no personal data.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Table

from pipeline.settle.dead_letters import SETTLED
from pipeline.settle.outcomes import forget_outcomes
from pipeline.stores.alert_tables import alert_messages
from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.operator_tables import activity
from pipeline.stores.outcome_tables import batches, dead_letters, folds, witness_notes

RETENTION = timedelta(days=30)
ROWS_AT_ONCE = 1_000  # in one transaction
MAX_TRANSACTIONS = 20  # for each table; the rest waits for the next time


@dataclass(frozen=True)
class Keeping:
    """How long things are kept."""

    settled: timedelta = RETENTION
    outcomes: timedelta = RETENTION
    activity: timedelta = timedelta(days=365)

    @classmethod
    def of_days(cls, settled: float, outcomes: float, activity: float) -> "Keeping":
        """Read numbers of days."""
        return cls(timedelta(days=settled), timedelta(days=outcomes), timedelta(days=activity))


KEEPING = Keeping()


def prune(engine: Engine, keep: Keeping = KEEPING) -> int:
    """Delete rows that are older than they are kept, and return their number."""
    now = datetime.now(UTC)
    before = now - keep.settled
    forget_outcomes(engine, keep.outcomes)
    # A letter is never settled before it was made, and of these two moments that one is indexed.
    old_letter = dead_letters.c.state.in_(SETTLED) & (dead_letters.c.created_at < before)
    return (
        # The record of a batch stays as long as the outcomes of its rows.
        forget(engine, batches, batches.c.finished_at < now - max(keep.settled, keep.outcomes))
        + forget(engine, activity, activity.c.at < now - keep.activity)
        + forget(engine, witness_notes, witness_notes.c.at < before)
        + forget(engine, folds, folds.c.at < before)
        + forget(engine, alert_messages, alert_messages.c.settled_at < before)
        + forget(engine, dead_letters, old_letter & (dead_letters.c.settled_at < before))
    )


def forget(engine: Engine, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete rows, a limited number at a time and in all; return how many."""
    return delete_in_turns(engine.begin, table, condition, rows=ROWS_AT_ONCE, turns=MAX_TRANSACTIONS)
