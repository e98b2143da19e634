"""The account of every batch: one final record each, with its dead letters and statistics.

All of it is one SQL transaction whose first statement is the batch's record. Whoever comes second with the
same batch, however that came about, finds the record and does nothing but settle it the same way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, Engine, select

from pipeline.lanes.batch import Batch
from pipeline.lanes.row import Row
from pipeline.model.call import Rejection
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import DeadLetter
from pipeline.stores.database import driver, reading
from pipeline.stores.tables import batches
from pipeline.stores.upsert import insert_new
from pipeline.text.redaction import Hidden, values_of


@dataclass(frozen=True)
class BatchOutcome:
    """What became of the rows of a batch: their verdicts, and the positions of those given back."""

    rows: Sequence[Row]
    verdicts: Sequence[Rejection | None]
    returned: Sequence[int] = ()

    @cached_property
    def rejected(self) -> list[tuple[int, Row, Rejection]]:
        """The rejected rows with their positions and reasons."""
        if not any(self.verdicts):
            return []
        back = set(self.returned)
        return [
            (i, row, verdict) for i, row, verdict in self._judged if verdict is not None and i not in back
        ]

    @cached_property
    def delivered(self) -> Sequence[Row]:
        """The rows that were delivered."""
        if not self.rejected and not self.returned:
            return self.rows
        back = set(self.returned)
        return [row for i, row, verdict in self._judged if verdict is None and i not in back]

    @property
    def _judged(self) -> Iterable[tuple[int, Row, Rejection | None]]:
        return zip(range(len(self.rows)), self.rows, self.verdicts, strict=True)


def record(engine: Engine, batch: Batch, action: str, fates: BatchOutcome, outcome: str) -> Sequence[int]:
    """Write what became of a batch, once; return the positions of the rows to give back.

    When the batch has a record already, nothing is written and that record's positions are returned.
    """
    now = datetime.now(UTC)
    delivered, rejected = fates.delivered, fates.rejected
    row = {
        "id": batch.id, "destination": batch.destination, "connector": batch.connector, "action": action,
        "attempt": batch.attempt, "rows": len(fates.rows),
        "delivered": len(delivered), "rejected": len(rejected),
        "returned": list(fates.returned), "outcome": outcome, "finished_at": now,
    }  # fmt: skip
    removed = [row.activation.call_type for row in delivered].count("REMOVE")
    numbers = {
        "sent": len(delivered) - removed, "removed": removed,
        "batches": 1, "rows": len(fates.rows) - len(fates.returned),
    }  # fmt: skip
    with engine.begin() if rejected else driver(engine) as connection:
        new = insert_new(connection, batches, row)
        if new and isinstance(connection, Connection):  # there are letters to write
            hidden = Hidden(values_of(row.activation for row in fates.rows))
            dead_letters.keep(connection, [_letter(batch, hidden, *one) for one in rejected], now)
        if new:
            stats.add(connection, now, stats.Where(batch.connector, batch.destination), numbers)
    return fates.returned if new else find(engine, batch.id) or ()


def find(engine: Engine, batch: str) -> Sequence[int] | None:
    """Return the positions to give back when the batch has a record, else None."""
    wanted = select(batches.c.returned).where(batches.c.id == batch)
    with reading(engine) as connection:
        found = connection.execute(wanted).scalar_one_or_none()
    return None if found is None else list(found)


def _letter(batch: Batch, hidden: Hidden, position: int, row: Row, why: Rejection) -> DeadLetter:
    return DeadLetter(
        id=dead_letters.name(batch.id, str(position)),
        connector=batch.connector,
        destination=batch.destination,
        audience=row.activation.audience,
        profile_id=row.activation.profile_id,
        code=why.code,
        detail=hidden(why.detail),  # which may quote other rows of the call
        activation=row.text.decode("utf-8", "replace"),
        batch=batch.id,
    )
