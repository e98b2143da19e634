"""Deliver one batch: one call, one verdict per row, and a record of both.

Where it may stop, and what happens then, is the table of design.md, section 4.5.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from pipeline import ledger, limits, mirror
from pipeline.activation import Activation
from pipeline.call import Call, Rejection
from pipeline.catalog import Catalog, Records
from pipeline.connector import Connector
from pipeline.destination import Destination
from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.lanes import Batch, Lanes
from pipeline.ledger import Fates, Row
from pipeline.responsys.actions import ACTIONS, SETUP_CODES, Action
from pipeline.responsys.client import Client

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8  # tries of one batch; throttling uses none up
MOST_DELAY = 300.0  # seconds between two tries
STORE_PAUSE = 1.0  # seconds between two tries to record an outcome
STORE_DOWN = (OperationalError, InterfaceError, redis.ConnectionError, redis.TimeoutError)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Report:
    """How a delivery ended, in words; ``again`` when the batch waits for another try."""

    text: str
    again: bool = False


@dataclass(frozen=True)
class Job:
    """A batch with everything its delivery needs."""

    batch: Batch
    destination: Destination
    connector: Connector
    action: Action
    rows: tuple[Row, ...] = ()

    @property
    def resend(self) -> bool:
        """Whether doing it twice is harmless, or wanted, when nobody knows if it was done."""
        return self.action.repeatable or self.destination.on_unknown == "resend"


class Delivery:
    """Delivers batches; one object serves all threads of a worker."""

    def __init__(
        self,
        *,
        client: redis.Redis,
        engine: Engine,
        lanes: Lanes,
        records: Records,
        catalog: Callable[[], Catalog],
        responsys: Callable[[Connector], Client],
        stopping: threading.Event,
        window: float = limits.WINDOW,
    ) -> None:
        self._client = client
        self._engine = engine
        self._lanes = lanes
        self._records = records
        self._catalog = catalog
        self._responsys = responsys
        self._stopping = stopping
        self._window = window
        self._calling: set[tuple[Batch, int]] = set()  # begun here and not settled

    def deliver(self, batch_id: str, attempt: int) -> Report:
        """Deliver a batch, or find out what became of it when an earlier attempt was cut off."""
        batch = self._lanes.batch(batch_id)
        if batch is None or batch.attempt != attempt or batch.state not in ("claimed", "lapsed"):
            return Report("nothing to do: settled, or taken over by another attempt")
        job = self._job(batch)
        if isinstance(job, Report):
            return job
        return self._recover(job) if batch.state == "lapsed" else self._send(job)

    def _job(self, batch: Batch) -> Job | Report:
        """Find what the batch needs; a changed configuration may end it here."""
        catalog = self._catalog()
        destination = catalog.destinations.get(batch.destination)
        if destination is None:
            why = Rejection("Invalid", "the destination was removed before the row could be sent")
            return self._close(batch, "removed", self._read(batch), [why] * batch.rows)
        action = ACTIONS[destination.action]
        if batch.state == "claimed" and (destination.connector, action.function) != (
            batch.connector,
            batch.function,
        ):
            self._lanes.settle(batch, batch.attempt, range(batch.rows))
            return Report("given back: the destination was changed")
        connector = catalog.connectors[destination.connector]
        return Job(batch, destination, connector, action)

    def abandon(self) -> None:
        """Leave to others, at once, what this process has begun and will not finish."""
        for batch, attempt in list(self._calling):
            self._lanes.extend(batch, attempt, lease=0)

    def _send(self, job: Job) -> Report:
        if self._stopping.is_set():
            self._lanes.retry(job.batch, job.batch.attempt, delay=0, spend=False, refund=True)
            return Report("given back: this worker stops", again=True)
        client = self._responsys(job.connector)
        try:
            client.ready()
        except CallError as error:
            return self._not_answered(job, error, sent=False)
        begun = self._lanes.begin(job.batch, job.batch.attempt)
        if not begun:
            return Report("not sent: stopped, or taken over by another attempt")
        self._calling.add((job.batch, job.batch.attempt))
        try:
            return self._converse(client, replace(job, rows=_rows(begun)))
        finally:
            self._calling.discard((job.batch, job.batch.attempt))

    def _converse(self, client: Client, job: Job) -> Report:
        try:
            verdicts = self._call(client, job)
        except CallError as error:
            return self._not_answered(job, error, sent=True)
        return self._answered(job, verdicts)

    def _call(self, client: Client, job: Job) -> list[Rejection | None]:
        """Send the rows that can still be sent; the configuration may have changed since they came in."""
        problems = [
            row.problem or job.action.problem(job.connector, job.destination, row.activation)
            for row in job.rows
        ]
        rows = [row.activation for row, problem in zip(job.rows, problems, strict=True) if problem is None]
        verdicts: list[Rejection | None] = []
        if rows:
            answer = client.send(_built(job, rows))
            verdicts = job.action.verdicts(rows, answer, job.connector)
        answered = iter(verdicts)
        return [next(answered) if problem is None else Rejection("Invalid", problem) for problem in problems]

    def _answered(self, job: Job, verdicts: list[Rejection | None]) -> Report:
        missing = [
            i for i, verdict in enumerate(verdicts) if verdict is not None and verdict.code in SETUP_CODES
        ]
        if missing:
            self._hold(job, Held("destination", *_first(verdicts, missing[0])))
        return self._close(job.batch, job.action.name, job.rows, verdicts, missing)

    def _not_answered(self, job: Job, error: CallError, *, sent: bool) -> Report:
        """Decide what follows from a call that brought no verdicts."""
        log.info(
            "call failed", extra={"batch": job.batch.id, "connector": job.connector.name, "code": error.code}
        )
        if isinstance(error, Held):
            return self._held(job, error, sent=sent)
        if isinstance(error, Throttled):
            return self._throttled(job, error, sent=sent)
        if isinstance(error, RetryLater) or (isinstance(error, OutcomeUnknown) and job.resend):
            return self._again(job, error, sent=sent)
        if isinstance(error, Refused) and error.isolate and job.batch.rows > 1:
            self._lanes.split(job.batch, job.batch.attempt)
            return Report(f"{error.code}: refused as a whole, halved to find the row", again=True)
        return self._reject(job, Rejection(error.code, error.detail))

    def _held(self, job: Job, error: Held, *, sent: bool) -> Report:
        self._hold(job, error)
        if sent:
            self._lanes.settle(job.batch, job.batch.attempt, range(job.batch.rows))
        else:
            self._lanes.retry(job.batch, job.batch.attempt, delay=0, spend=False, refund=True)
        return Report(f"{error.code}: {error.scope} held, its rows wait", again=True)

    def _hold(self, job: Job, error: Held) -> None:
        name = job.connector.name if error.scope == "connector" else job.destination.name
        self._records.hold(error.scope, name, "held", error.code, error.detail)
        mirror.publish(self._client, self._records.load())
        log.warning("held", extra={"scope": error.scope, "record": name, "code": error.code})

    def _throttled(self, job: Job, error: Throttled, *, sent: bool) -> Report:
        batch = job.batch
        if error.scope == "function":
            limits.throttled(self._client, batch.account, batch.function, self._window)
        elif error.scope == "account":
            limits.exhausted(self._client, batch.account, batch.id, self._window)
        self._lanes.retry(batch, batch.attempt, delay=error.delay or 0, spend=False, refund=not sent)
        return Report(f"{error.code}: {batch.rows} rows wait", again=True)

    def _again(self, job: Job, error: CallError, *, sent: bool) -> Report:
        if job.batch.tries + 1 >= MAX_ATTEMPTS:
            return self._reject(job, Rejection(error.code, error.detail))
        backoff = random.uniform(0, min(MOST_DELAY, 2.0 ** (job.batch.tries + 1)))  # noqa: S311 - full jitter
        delay = max(backoff, getattr(error, "delay", None) or 0)
        tries = self._lanes.retry(job.batch, job.batch.attempt, delay=delay, spend=True, refund=not sent)
        return Report(f"{error.code}: {job.batch.rows} rows, try {tries} of {MAX_ATTEMPTS}", again=True)

    def _recover(self, job: Job) -> Report:
        """Settle a batch whose worker was cut off somewhere between its call and its settling."""
        batch = job.batch
        recorded = ledger.find(self._engine, batch.id)
        if recorded is not None:
            self._lanes.settle(batch, batch.attempt, recorded)
            return Report(f"{batch.rows} rows of {batch.destination}, settled from the ledger")
        return self._not_answered(
            job, OutcomeUnknown("OutcomeUnknown", "the worker stopped during the call"), sent=True
        )

    def _reject(self, job: Job, why: Rejection) -> Report:
        rows = job.rows or self._read(job.batch)
        return self._close(job.batch, job.action.name, rows, [why] * len(rows))

    def _close(
        self,
        batch: Batch,
        action: str,
        rows: tuple[Row, ...],
        verdicts: list[Rejection | None],
        returned: list[int] | None = None,
    ) -> Report:
        """Record what became of every row, then let the batch go."""
        fates = Fates(rows, verdicts, returned or [])
        rejected = len(fates.rejected())
        outcome = "rejected" if rejected == len(rows) else "delivered"
        back = self._persist(batch, lambda: ledger.record(self._engine, batch, action, fates, outcome))
        self._persist(batch, lambda: self._lanes.settle(batch, batch.attempt, back))
        log.info("batch settled", extra={"batch": batch.id, "rows": len(rows), "rejected": rejected})
        return Report(_summary(batch, fates, rejected))

    def _persist(self, batch: Batch, step: Callable[[], Result]) -> Result:
        """Do ``step`` until the stores take it; nobody else knows this outcome."""
        while True:
            try:
                return step()
            except STORE_DOWN as error:
                log.warning(
                    "outcome not recorded yet", extra={"batch": batch.id, "error": type(error).__name__}
                )
                time.sleep(STORE_PAUSE)
                self._keep(batch)

    def _keep(self, batch: Batch) -> None:
        try:
            self._lanes.extend(batch, batch.attempt)
        except (redis.ConnectionError, redis.TimeoutError):
            log.warning("lease not extended", extra={"batch": batch.id})

    def _read(self, batch: Batch) -> tuple[Row, ...]:
        return _rows(self._lanes.rows(batch))


def _rows(pairs: list[tuple[str, bytes]]) -> tuple[Row, ...]:
    return tuple(Row.read(profile, text) for profile, text in pairs)


def _built(job: Job, rows: list[Activation]) -> Call:
    try:
        return job.action.call(job.connector, job.destination, rows)
    except Exception as error:
        log.exception("call not built", extra={"batch": job.batch.id})
        raise Refused(
            "OtherError", f"no call could be built: {type(error).__name__}", isolate=True
        ) from error


def _first(verdicts: list[Rejection | None], position: int) -> tuple[str, str]:
    verdict = verdicts[position]
    return (verdict.code, verdict.detail) if verdict else ("", "")


def _summary(batch: Batch, fates: Fates, rejected: int) -> str:
    parts = [f"{len(fates.rows)} rows of {batch.destination}"]
    if rejected:
        parts.append(f"{rejected} rejected")
    if fates.returned:
        parts.append(f"{len(fates.returned)} given back")
    return ", ".join(parts)
