"""Settlement: the outcome of a batch is recorded, then its rows leave Redis.

Until both are done the outcome exists only in this process.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import ParamSpec, TypeVar

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError

from pipeline.lanes.batch import Batch, ClaimedBatch
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.call import Rejection
from pipeline.settle import ledger
from pipeline.settle.ledger import BatchOutcome
from pipeline.stores.retrying import retrying
from pipeline.text.plural import counted

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two tries to record an outcome
# A disk that is full is an OperationalError on both databases, a PostgreSQL that only reads an InternalError.
STORE_DOWN = (OperationalError, InterfaceError, InternalError, redis.ConnectionError, redis.TimeoutError)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class DeliveryResult:
    """How a delivery ended: the text for Flower, and whether the batch waits for another try (``again``)."""

    text: str
    again: bool = False
    following: ClaimedBatch | None = None  # the next batch, if it was claimed when this one was settled


class Settlement:
    """Records outcomes in SQL and settles batches in Redis, in this order; waits for a store that is down."""

    def __init__(
        self,
        engine: Engine,
        lanes: Lanes,
        note: Callable[[SQLAlchemyError | None], None] | None = None,
        *,
        traced: bool = True,
    ) -> None:
        self._engine = engine
        self._write = partial(ledger.write_outcome, traced=traced)
        self._lanes = lanes
        self._note = note  # told why SQL cannot be written to; None when it can be again

    def close(
        self,
        batch: Batch,
        action: str,
        outcome: BatchOutcome,
        next_quota: Quota | None = None,
    ) -> DeliveryResult:
        """End a batch with its outcome; the next batch of ``next_quota`` is claimed with it."""
        returned = self.persist(batch, self._write, self._engine, batch, action, outcome)
        claimed: ClaimedBatch | float | None = None
        if next_quota is None:
            settled = self.persist(batch, self._lanes.settle, batch, returned)
        else:
            settle = self._lanes.settle_and_claim
            settled, claimed = self.persist(batch, settle, batch, returned, next_quota)
        following = claimed if isinstance(claimed, ClaimedBatch) else None
        text = f"{counted(batch.rows, 'row')} of {batch.destination}"
        if not settled:
            log.warning("batch settled by another attempt", extra={"batch": batch.id})
            return DeliveryResult(f"{text}, settled by another attempt", following=following)
        fields = {"batch": batch.id, "rows": len(outcome.rows), "rejected": len(outcome.rejected)}
        log.info("batch settled", extra=fields)
        for rows, fate in (
            (outcome.unchanged, "unchanged"), (outcome.rejected, "rejected"), (outcome.returned, "given back")
        ):  # fmt: skip
            text += f", {len(rows)} {fate}" if rows else ""
        return DeliveryResult(text, following=following)

    def reject(self, batch: Batch, action: str, rows: Sequence[Row], why: Rejection) -> DeliveryResult:
        """End a batch with all rows rejected for one reason."""
        return self.close(batch, action, BatchOutcome.of(rows, [why] * len(rows)))

    def recorded(self, batch: Batch) -> Sequence[int] | None:
        """Return the positions that go back by the ledger's record of the batch; None without a record."""
        return ledger.find(self._engine, batch.id)

    def settle_as_recorded(self, batch: Batch, returned: Sequence[int]) -> DeliveryResult:
        """Settle a batch that the ledger has a record of; rows at the positions ``returned`` go back."""
        self._lanes.settle(batch, returned)
        return DeliveryResult(f"{counted(batch.rows, 'row')} of {batch.destination}, settled from the ledger")

    def repeat(self, batch: Batch) -> DeliveryResult | None:
        """Settle a batch if the ledger has a record of it; None without a record."""
        returned = self.recorded(batch)
        return None if returned is None else self.settle_as_recorded(batch, returned)

    def persist(
        self,
        batch: Batch,
        record: Callable[Parameters, Result],
        *args: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """Call ``record`` again and again while a store is down, and keep the batch's lease meanwhile.

        Until it is recorded, the outcome of the batch exists only in this process.
        """
        sql_troubles: list[SQLAlchemyError] = []

        def note(error: Exception) -> None:
            log.warning("outcome not recorded yet", extra={"batch": batch.id, "error": type(error).__name__})
            if isinstance(error, SQLAlchemyError):
                sql_troubles.append(error)
                self._tell(error)

        def sleep(pause: float) -> None:
            time.sleep(pause)
            self._extend(batch)

        result = retrying(
            partial(record, *args, **named),
            passing=STORE_DOWN,
            pauses=repeat(PAUSE),
            on_error=note,
            sleep=sleep,
        )
        if sql_troubles:
            self._tell(None)
        return result

    def _tell(self, error: SQLAlchemyError | None) -> None:
        if self._note:
            self._note(error)

    def _extend(self, batch: Batch) -> None:
        try:
            self._lanes.extend(batch)
        except (redis.ConnectionError, redis.TimeoutError):
            log.warning("lease not extended", extra={"batch": batch.id})
