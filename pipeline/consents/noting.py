"""Noting statements: each once, at the end of the chain, with the state that it leads to.

A transaction that notes holds the lock of the one row of folds, so ids and the chain have no gap.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from pipeline.consents.chain import FIRST, digest_of, link_of
from pipeline.consents.consent_state import ConsentState, state_after, time_of, told_of
from pipeline.consents.state_store import Place, StoredState, read_states, write_states
from pipeline.consents.statement import Statement, Wish
from pipeline.consents.tombstones import take_up
from pipeline.model.consent_account import ConsentAccount
from pipeline.people.record_identity import sha256
from pipeline.stores.consent_tables import consent_statements
from pipeline.stores.event_tables import event_folds


@dataclass(frozen=True)
class Noted:
    """A statement that was new; ``told``: the wish that both sides are told after it, None: none."""

    id: int
    statement: Statement
    at: int  # ms, that it counts by
    told: Wish | None
    before: ConsentState
    after: ConsentState


def now_ms() -> int:
    """Return the present time, in ms since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass
class Noting:
    """Notes statements of one consents record in one transaction."""

    connection: Connection
    consent: ConsentAccount
    clock: Callable[[], int] = now_ms
    _noted: list[Noted] = field(default_factory=list)
    _rows: list[dict[str, Any]] = field(default_factory=list)

    def note(self, statements: Sequence[Statement]) -> list[Noted]:
        """Note the statements that are new, and return them in their order."""
        if not statements:
            return []
        self.connection.execute(select(event_folds.c.number).with_for_update())
        fresh = self._unknown(statements)
        take_up(self.connection, [one.address for one in fresh])
        states = read_states(self.connection, self.consent.channel, [one.address for one in fresh])
        last, previous = self._end()
        for number, statement in enumerate(fresh, last + 1):
            previous = self._note(number, statement, states, previous)
        if self._rows:
            self.connection.execute(insert(consent_statements), self._rows)
        changed = {one.statement.address for one in self._noted}
        places: dict[Place, StoredState] = {(one, self.consent.channel): states[one] for one in changed}
        write_states(self.connection, places)
        return self._noted

    def _unknown(self, statements: Sequence[Statement]) -> list[Statement]:
        """Return each statement that the store has not, once."""
        by_key = {sha256(one.key): one for one in reversed(statements)}
        known = select(consent_statements.c.key).where(consent_statements.c.key.in_(list(by_key)))
        for key in self.connection.scalars(known):
            del by_key[key]
        return list(reversed(by_key.values()))

    def _end(self) -> tuple[int, str]:
        """Return the id and the hash of the last statement."""
        last = (
            select(consent_statements.c.id, consent_statements.c.hash)
            .order_by(consent_statements.c.id.desc())
            .limit(1)
        )
        row = self.connection.execute(last).first()
        return (row.id, row.hash) if row else (0, FIRST)

    def _note(self, number: int, statement: Statement, states: dict[str, StoredState], previous: str) -> str:
        """Let one statement count, and return its hash."""
        now = self.clock()
        stored = states.get(statement.address, StoredState(ConsentState(), number))
        before = stored.state
        at = time_of(before, statement, now)
        after = state_after(before, statement, self.consent.again, now)
        told = told_of(before, after, statement)
        if told or after.status != before.status:
            stored = StoredState(after, number)
        states[statement.address] = replace(stored, state=after)
        self._noted.append(Noted(number, statement, at, told, before, after))
        row = self._row(number, statement, previous) | {"at": at, "epoch": after.epoch, "effect": told or ""}
        row |= {"noted_at": now}
        row["hash"] = link_of(row)
        self._rows.append(row)
        return str(row["hash"])

    def _row(self, number: int, statement: Statement, previous: str) -> dict[str, Any]:
        return {
            "id": number,
            "key": sha256(statement.key),
            "address": statement.address,
            "channel": statement.channel,
            "name": self.consent.name,
            "wish": statement.wish,
            "kind": statement.kind,
            "source": statement.source,
            "evidence": dict(statement.evidence),
            "evidence_digest": digest_of(statement.evidence),
            "previous": previous,
        }
