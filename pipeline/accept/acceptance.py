"""Acceptance: activations go from a shard of the intake into the lanes of their destinations.

Activations that cannot be accepted become ``Invalid`` dead letters. These and their notes for witnesses are
written before the claim is dropped. Their ids are derived from the claim id, so a second worker that accepts
the same claim after a crash finds them and skips those entries for those destinations, even if the records
have changed and would take them now. Otherwise one row could be both a dead letter and delivered. A worker so
slow that another may have the claim writes none.

If accepting a claim raises, its first half is claimed instead, and so on, until the one entry that causes it
stands alone and becomes a dead letter. If it ends the process, the next worker claims a tenth of the entries,
and so on. A store that is down is no such case: then the entries wait.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, repeat

import redis
from sqlalchemy import Engine

from pipeline.accept.accept_counts import AcceptCounts, summary
from pipeline.accept.earlier_refusals import refused_before
from pipeline.accept.entry_ids import DuplicateKey
from pipeline.accept.intake import Claim, Intake
from pipeline.accept.refusals import keep_letters
from pipeline.accept.router import Router
from pipeline.accept.routes import NOWHERE, Routes
from pipeline.accept.state_rows import StateRow, in_order, state_row
from pipeline.accept.unreadable import last_letter
from pipeline.errors import Misconfigured
from pipeline.model.action import Action
from pipeline.model.activation import Activation, encode
from pipeline.records.catalog import Catalog
from pipeline.settle.dead_letters import shortened
from pipeline.stores.outage import is_outage
from pipeline.stores.retrying import retrying
from pipeline.stores.scripts import ANSWER_LOST
from pipeline.text.tracebacks import called

log = logging.getLogger(__name__)

MAX_CLAIMS = 10  # per task, so that one shard does not keep a worker for ever
MAX_DEATHS = 3  # of workers with one entry alone, after which no other worker tries to accept it
RETRY_PAUSE = 0.5  # seconds between two tries while Redis is away


class WorkersKilled(Exception):
    """Accepting the entry has ended every process that tried."""


class Acceptance:
    """Accepts the entries that producers left in the intake."""

    def __init__(self, intake: Intake, engine: Engine, catalog: Callable[[int], Catalog]) -> None:
        self._intake = intake
        self._engine = engine
        self._catalog = catalog  # by the version that was published last

    def accept(
        self, shard: int, others: Iterable[int] = (), after_shard: Callable[[], object] | None = None
    ) -> str:
        """Accept entries of ``shard``, then of the shards in ``others``, up to ten claims each.

        ``after_shard`` runs after each shard that had entries. Returns a summary. While Redis is full, a
        claim is put off if all its destinations have enough rows to send: an entry becomes a row for each of
        its destinations, which together take more room, and Redis would grow without end.
        """
        entries, total = 0, AcceptCounts()
        for each in chain([shard], others):
            accepted = list(self._shard(each))
            for size, done in accepted:
                entries += size
                total = AcceptCounts(*map(sum, zip(total, done, strict=True)))
            if accepted and after_shard:
                after_shard()
        return summary(entries, total)

    def _shard(self, shard: int) -> Iterator[tuple[int, AcceptCounts]]:
        accepted = 0
        while accepted < MAX_CLAIMS and (claim := self._intake.claim(shard)):
            try:
                done = self._accept_while_claimed(claim)
            except Exception as error:  # noqa: BLE001 -- nothing that an entry raises may stop the next
                self._failed(claim, error)
                if len(claim.entries) > 1:
                    self._intake.halve(claim, type(error).__name__)
                    continue
                done = self._end(claim, error)
            if done is None:
                return
            yield len(claim.entries), done
            if not done.new_entries:
                return
            accepted += 1

    def _accept_while_claimed(self, claim: Claim) -> AcceptCounts | None:
        """Accept a claim, again while Redis is away: until its lease ends no other worker may have it."""
        if claim.deaths >= MAX_DEATHS:
            raise WorkersKilled
        return retrying(
            partial(self._accept, claim),
            passing=ANSWER_LOST,
            pauses=repeat(RETRY_PAUSE),
            give_up_after=claim.until - time.monotonic(),
        )

    def _accept(self, claim: Claim) -> AcceptCounts | None:
        router = self._route(claim)
        if router is None:
            return None
        if claim.server_full and self._intake.supplied(router.routes.destinations()):
            self._intake.put_off(claim)
            return None
        rows = [
            row
            for action, changes in router.state_changes.by_destination.values()
            for row in in_order([*self._state_rows(router, action, changes)])
        ]
        return self._intake.accept(claim, router.routes, rows)

    def _failed(self, claim: Claim, error: Exception) -> None:
        """Say that a claim could not be accepted; raise the error again if a store is at fault."""
        if is_outage(error):
            self._note(claim, error)
            raise error
        entries = len(claim.entries)
        fields = {"shard": claim.shard, "entries": entries}
        log.error("entries not accepted", exc_info=error if entries == 1 else None, extra=fields)

    def _note(self, claim: Claim, error: Exception) -> None:
        with suppress(redis.RedisError):
            self._intake.note(claim, called(error))

    def _end(self, claim: Claim, error: Exception) -> AcceptCounts | None:
        """Make a dead letter of a claim's only entry, and drop it."""
        letter = last_letter(claim, error)
        try:
            kept = keep_letters(self._engine, claim, [letter])
        except Exception as refusal:
            if is_outage(refusal):
                raise
            kept = keep_letters(self._engine, claim, [shortened(letter)])
        routes = Routes(entries=1)
        routes.put(0, "", (NOWHERE,))
        return self._intake.accept(claim, routes) if kept else None

    def _state_rows(
        self, router: Router, action: Action, changes: Mapping[str, Sequence[Activation]]
    ) -> Iterator[StateRow]:
        """Make the rows that one destination gets of a claim; ``changes`` are those of each profile."""
        destination, written = action.destination.name, partial(_written, router, action)
        waiting = self._intake.peek(destination, list(changes))
        for (profile, changed), (waiting_row, newest_us) in zip(changes.items(), waiting, strict=True):
            yield state_row(destination, profile, changed, waiting_row, newest_us, written)

    def _route(self, claim: Claim) -> Router | None:
        before = refused_before(self._engine, claim) if claim.attempt > 1 else {}
        catalog = self._catalog_for(claim)
        router = Router(catalog, claim, self._intake.recognises, before)
        router.route()
        if contradictions := self._intake.contradictions(router.routes.duplicate_keys):
            router = Router(catalog, claim, self._intake.recognises, before, contradictions)
            router.route()
        keys = router.routes.duplicate_keys
        letters = [letter for letter, index in router.refusals.letters if not self._seen(keys.get(index + 1))]
        return router if keep_letters(self._engine, claim, letters, catalog.witnessed_audiences) else None

    def _catalog_for(self, claim: Claim) -> Catalog:
        """Return the newest catalog; if it cannot be read, no entry is at fault."""
        try:
            return self._catalog(claim.catalog)
        except Exception as error:
            if is_outage(error):
                raise
            raise Misconfigured(f"the records cannot be read ({called(error)})") from error

    def _seen(self, duplicate_key: DuplicateKey | None) -> bool:
        return duplicate_key is not None and self._intake.recognises(duplicate_key)


def _written(router: Router, action: Action, activation: Activation) -> str:
    recipient = action.recipient(activation)
    prefix = f"{recipient}\0" if recipient else ""
    return f"{router.lanes.of(action, activation)}\0{prefix}{encode(activation).decode()}"
