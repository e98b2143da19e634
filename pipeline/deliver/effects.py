"""Effects: the changes in lanes, ledger and records that a move stands for."""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.deliver.emails_out import emails_out
from pipeline.deliver.failures import MAX_ATTEMPTS
from pipeline.deliver.halts import Halts
from pipeline.deliver.job import Job
from pipeline.deliver.moves import (
    AskLater,
    EndSetUp,
    GiveBack,
    Leave,
    Move,
    NextStep,
    PutOnHold,
    Retry,
    ReturnRows,
    ReturnSome,
    SetApart,
    Settle,
    SettleAsRecorded,
    Split,
)
from pipeline.deliver.set_ups import SetUps
from pipeline.lanes.lanes import Lanes
from pipeline.settle.ledger import BatchOutcome
from pipeline.settle.settlement import DeliveryResult, Settlement
from pipeline.text.plural import counted
from pipeline.text.redaction import Hidden

log = logging.getLogger(__name__)

OVERTAKEN = DeliveryResult("nothing done: another attempt has the batch")
FIRST_POLL = 1.0  # seconds until the answer of an asynchronous call is first asked for


class Effects:
    """Makes moves. While a store is down, all but ``GiveBack`` are made again until they are recorded."""

    def __init__(
        self,
        lanes: Lanes,
        settlement: Settlement,
        set_ups: SetUps,
        halts: Halts,
    ) -> None:
        self._lanes = lanes
        self._settlement = settlement
        self._set_ups = set_ups
        self._halts = halts
        self._of: Mapping[type, Callable[[Job, Any], DeliveryResult]] = {
            SettleAsRecorded: self._settle_as_recorded,
            ReturnRows: self._return_rows,
            NextStep: self._next_step,
            Retry: self._retry,
            Split: self._split,
            SetApart: self._set_apart,
            ReturnSome: self._return_some,
            AskLater: self._ask_later,
            PutOnHold: self._hold,
            EndSetUp: self._end_set_up,
        }

    def carry_out(self, job: Job, move: Move) -> DeliveryResult:
        """Make the move of a job's batch; this alone changes lanes and ledger, and halts anything."""
        if code := getattr(move, "code", ""):
            fields = {"batch": job.batch.id, "connector": job.action.connector.name, "code": code}
            log.info("call failed", extra=fields)
        if isinstance(move, Settle):
            emails = emails_out(job, move) if job.action.sends_email else None
            outcome = BatchOutcome.of(
                job.rows, move.verdicts, move.returned, job.seconds,
                action=job.action, learned=move.learned, emails=emails,
            )  # fmt: skip
            return self._settlement.close(job.batch, job.action.name, outcome, job.next_quota)
        if isinstance(move, GiveBack):
            self._lanes.retry(job.batch, delay=move.delay, spend=False, refund=True)
            return DeliveryResult(move.text, again=True)
        if isinstance(move, Leave):
            return DeliveryResult(move.text)
        return self._settlement.persist(job.batch, self._of[type(move)], job, move)

    def _settle_as_recorded(self, job: Job, move: SettleAsRecorded) -> DeliveryResult:
        return self._settlement.settle_as_recorded(job.batch, move.returned)

    def _return_rows(self, job: Job, move: ReturnRows) -> DeliveryResult:
        self._lanes.settle(job.batch, range(job.batch.rows))
        return DeliveryResult(move.text, again=True)

    def _next_step(self, job: Job, move: NextStep) -> DeliveryResult:
        self._lanes.wait_for_step(
            job.batch,
            move.function,
            move.progress.dumps(),
            delay=move.delay + jittered(move.backoff),
            refund=move.refund,
            outside=move.sets_up or move.backoff > 0,
        )
        return DeliveryResult(move.text, again=True)

    def _retry(self, job: Job, move: Retry) -> DeliveryResult:
        batch, text = job.batch, move.text
        if move.pause:
            self._halts.pause(
                move.pause, job.action.connector, batch.account, batch.function, batch.id, seconds=move.delay
            )
        is_paused = move.pause in ("function", "account")  # then its next permit comes after the pause
        delay = jittered(move.backoff) if is_paused else max(jittered(move.backoff), move.delay)
        tries = self._lanes.retry(batch, delay=delay, spend=move.spend, refund=move.refund)
        return DeliveryResult(f"{text}, try {tries} of {MAX_ATTEMPTS}" if move.spend else text, again=True)

    def _split(self, job: Job, move: Split) -> DeliveryResult:
        self._lanes.split(job.batch, move.first.dumps(), move.second.dumps())
        return DeliveryResult(move.text, again=True)

    def _set_apart(self, job: Job, move: SetApart) -> DeliveryResult:
        rest, apart = job.besides(move.positions), job.among(move.positions).tried_again
        apart = apart.outdated if move.anew else apart
        ours = self._lanes.set_apart(
            job.batch,
            move.positions,
            rest.progress.dumps(),
            apart_progress=apart.progress.dumps(),
            delay=jittered(move.backoff),
        )
        if not ours:
            return OVERTAKEN
        result = self.carry_out(rest, move.then)
        return replace(result, text=f"{result.text}; {counted(len(apart.rows), 'row')} to be tried again")

    def _return_some(self, job: Job, move: ReturnSome) -> DeliveryResult:
        rest = job.besides(move.positions)
        if not self._lanes.return_rows(job.batch, move.positions, rest.progress.dumps()):
            return OVERTAKEN
        result = self.carry_out(rest, move.then)
        return replace(result, text=f"{result.text}; {counted(len(move.positions), 'row')} given back")

    def _ask_later(self, job: Job, move: AskLater) -> DeliveryResult:
        self._lanes.submitted(job.batch, move.request, FIRST_POLL)
        return DeliveryResult(move.text, again=True)

    def _hold(self, job: Job, move: PutOnHold) -> DeliveryResult:
        name = job.batch.destination if move.scope == "destination" else job.action.connector.name
        if self._halts.is_in_force(job.action.connector, job.action.destination):
            detail = Hidden(rows=job.plan.rows)(move.why.detail)
            self._halts.hold(move.scope, name, move.why.code, detail)
        if move.forget:
            self._set_ups.forget(job.action.connector.account)
        return self.carry_out(job, move.then)

    def _end_set_up(self, job: Job, move: EndSetUp) -> DeliveryResult:
        account = job.action.connector.account
        if move.exists:
            self._set_ups.note_known(account, move.thing)
        self._set_ups.release(account, move.thing)
        return self.carry_out(job, move.then)


def jittered(backoff: float) -> float:
    """Return a random number of seconds up to ``backoff``; 0 for 0."""
    return random.uniform(0, backoff) if backoff else 0  # noqa: S311 - full jitter
