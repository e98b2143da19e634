"""Write down what became of a batch, then let its rows go; until both is done, nobody else knows it."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError

from pipeline.lanes.batch import Batch, Claimed
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.call import Rejection
from pipeline.settle import ledger
from pipeline.settle.ledger import BatchOutcome
from pipeline.text.plural import counted

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two tries to record an outcome
# A disk that is full is an OperationalError on both databases, a PostgreSQL that only reads an InternalError.
STORE_DOWN = (OperationalError, InterfaceError, InternalError, redis.ConnectionError, redis.TimeoutError)

Result = TypeVar("Result")


@dataclass(frozen=True)
class DeliveryResult:
    """How a delivery ended, in words for Flower; ``again`` when the batch waits for another try."""

    text: str
    again: bool = False
    following: Claimed | None = None  # claimed when this one was settled


class Settlement:
    """Records outcomes in SQL and settles batches in Redis, in this order, whatever is down meanwhile."""

    def __init__(
        self, engine: Engine, lanes: Lanes, note: Callable[[SQLAlchemyError | None], None] | None = None
    ) -> None:
        self._engine = engine
        self._lanes = lanes
        self._note = note  # says why SQL cannot be written to

    def close(
        self,
        batch: Batch,
        action: str,
        rows: Sequence[Row],
        verdicts: Sequence[Rejection | None],
        returned: Sequence[int] = (),
        then: Quota | None = None,
    ) -> DeliveryResult:
        """End a batch: every row has its verdict, but those at the positions ``returned`` go back.

        The next batch of the gate ``then`` is claimed with it.
        """
        fates = BatchOutcome(rows, verdicts, returned)
        rejected = len(fates.rejected)
        outcome = "rejected" if rejected == len(rows) else "delivered"
        back = self.persist(batch, lambda: ledger.record(self._engine, batch, action, fates, outcome))
        settled, following = self.persist(batch, lambda: self._settle(batch, back, then))
        if not settled:
            log.warning("batch settled by another attempt", extra={"batch": batch.id})
            text = f"{counted(batch.rows, 'row')} of {batch.destination}, settled by another attempt"
            return DeliveryResult(text, following=following)
        log.info("batch settled", extra={"batch": batch.id, "rows": len(rows), "rejected": rejected})
        return DeliveryResult(_summary(batch, fates, rejected), following=following)

    def reject(self, batch: Batch, action: str, rows: Sequence[Row], why: Rejection) -> DeliveryResult:
        """End a batch whose rows share one fate."""
        return self.close(batch, action, rows, [why] * len(rows))

    def repeat(self, batch: Batch) -> DeliveryResult | None:
        """Settle a batch as the ledger has it; None when it has no record."""
        recorded = ledger.find(self._engine, batch.id)
        if recorded is None:
            return None
        self._lanes.settle(batch, recorded)
        return DeliveryResult(f"{counted(batch.rows, 'row')} of {batch.destination}, settled from the ledger")

    def _settle(
        self, batch: Batch, returned: Sequence[int], then: Quota | None
    ) -> tuple[bool, Claimed | None]:
        if then is None:
            return self._lanes.settle(batch, returned), None
        settled, following = self._lanes.settle_and_claim(batch, returned, then)
        return settled, following if isinstance(following, Claimed) else None

    def persist(self, batch: Batch, step: Callable[[], Result]) -> Result:
        """Do ``step``, again and again while a store is down: nobody else knows what came of the batch."""
        noted = False
        while True:
            try:
                result = step()
                if noted:
                    self._say(None)
                return result
            except STORE_DOWN as error:
                fields = {"batch": batch.id, "error": type(error).__name__}
                log.warning("outcome not recorded yet", extra=fields)
                if isinstance(error, SQLAlchemyError):
                    noted = True
                    self._say(error)
                time.sleep(PAUSE)
                self._keep(batch)

    def _say(self, error: SQLAlchemyError | None) -> None:
        if self._note:
            self._note(error)

    def _keep(self, batch: Batch) -> None:
        try:
            self._lanes.extend(batch)
        except (redis.ConnectionError, redis.TimeoutError):
            log.warning("lease not extended", extra={"batch": batch.id})


def _summary(batch: Batch, fates: BatchOutcome, rejected: int) -> str:
    parts = [f"{counted(len(fates.rows), 'row')} of {batch.destination}"]
    if rejected:
        parts.append(f"{rejected} rejected")
    if fates.returned:
        parts.append(f"{len(fates.returned)} given back")
    return ", ".join(parts)
