"""Settling letters by their findings: letter, statistics and note for witnesses in one transaction.

A letter that is no longer open, or that a replay has begun with, is left as it is. So two looks at a time, a
look that is repeated after a crash, and a person's decision meanwhile do no harm.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from pipeline.evidence.email_event import DELIVERED, EmailEvent
from pipeline.evidence.look_up import NOT_SENT, Findings
from pipeline.evidence.recipients import parts
from pipeline.evidence.unknown_email import UNDECIDED, UnknownEmail
from pipeline.model.activation import Invalid, decode
from pipeline.settle import statistics as stats
from pipeline.stores.tables import dead_letters as table
from pipeline.stores.tables import witness_notes
from pipeline.stores.upsert import insert_new
from pipeline.text.plural import counted

log = logging.getLogger(__name__)

PLACE = ("connector", "destination", "audience")


@dataclass
class Settled:
    """Numbers of one look: letters by outcome, letters proven not sent, undecided ones by the reason."""

    looked_up: int = 0
    resolved: Counter[str] = field(default_factory=Counter)
    not_sent: int = 0
    undecided: Counter[str] = field(default_factory=Counter)

    def add(self, page: "Settled") -> None:
        """Add the numbers of one page."""
        self.looked_up += page.looked_up
        self.resolved += page.resolved
        self.not_sent += page.not_sent
        self.undecided += page.undecided

    def __str__(self) -> str:
        """Return the numbers in one line, for Flower."""
        resolved, looked_up = self.resolved.total(), counted(self.looked_up, "e-mail")
        return f"{looked_up} looked up, {resolved:,} resolved, {self.not_sent:,} not sent"


@dataclass(frozen=True)
class Settler:
    """Writes findings; ``witnessed``: the audiences that streams or rules are told verdicts of."""

    engine: Engine
    witnessed: Collection[str] = ()

    def settle(self, emails: Sequence[UnknownEmail], findings: Findings) -> Settled:
        """Write all findings, some letters in a transaction, and return the numbers."""
        settled = Settled(len(emails))
        for some in parts(list(findings.resolved.items())):
            settled.resolved.update(self._resolve(dict(some)))
        self._note(emails, dict.fromkeys(findings.not_sent, NOT_SENT), proven=True)
        self._note(emails, findings.undecided, proven=False)
        settled.not_sent = len(findings.not_sent)
        settled.undecided.update(findings.undecided.values())
        return settled

    def _resolve(self, events: Mapping[str, EmailEvent]) -> Counter[str]:
        """Settle letters by their events; none if another look has used one of the events just now."""
        try:
            with self.engine.begin() as connection:
                letters = self._locked(connection, events)
                if letters:
                    self._write(connection, letters, events)
        except IntegrityError:
            log.warning("events used by another look", extra={"letters": len(events)})
            return Counter()
        return Counter(events[letter.id].outcome for letter in letters)

    def _locked(self, connection: Connection, ids: Iterable[str]) -> Sequence[Row[Any]]:
        """Return the letters that are still undecided, which stay so until the transaction ends."""
        chosen = select(table).where(table.c.id.in_(list(ids)), UNDECIDED)
        return connection.execute(chosen.with_for_update()).all()

    def _write(
        self, connection: Connection, letters: Sequence[Row[Any]], events: Mapping[str, EmailEvent]
    ) -> None:
        now = datetime.now(UTC)
        change = update(table).where(table.c.id == bindparam("letter"))
        values: dict[str, Any] = {
            name: bindparam(name) for name in ("outcome", "evidence", "event", "finding")
        }
        # In the order in which letters are stored: so no transaction waits for another one in a circle.
        ordered = sorted(letters, key=lambda one: (one.connector or "", one.destination or "", one.code))
        rows = [resolution(letter.id, events[letter.id]) for letter in ordered]
        connection.execute(change.values(state="resolved", settled_at=now, proven=False, **values), rows)
        count(connection, now, letters, events)
        self._tell_witnesses(connection, now, letters, events)

    def _tell_witnesses(
        self,
        connection: Connection,
        now: datetime,
        letters: Sequence[Row[Any]],
        events: Mapping[str, EmailEvent],
    ) -> None:
        """Note the verdicts for streams and rules, as the ledger does for a batch."""
        places: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for letter in letters:
            if letter.audience in self.witnessed:
                place = tuple(getattr(letter, name) for name in PLACE)
                places.setdefault(place, []).append(verdict_row(letter, events[letter.id].outcome))
        for (connector, destination, _), rows in places.items():
            joined = "\n".join(str(row["letter"]) for row in rows)
            batch = f"evidence-{blake2b(joined.encode(), digest_size=8).hexdigest()}"
            told = [{name: value for name, value in row.items() if name != "letter"} for row in rows]
            note = {"batch": batch, "destination": destination, "connector": connector, "at": now}
            insert_new(connection, witness_notes, {**note, "rows": told})

    def _note(self, emails: Sequence[UnknownEmail], finding_of: Mapping[str, str], *, proven: bool) -> None:
        """Write the findings that their letters do not have yet."""
        changed: dict[str, list[str]] = {}
        for each in emails:
            finding = finding_of.get(each.id)
            if finding is not None and (each.finding, each.proven) != (finding, proven):
                changed.setdefault(finding, []).append(each.id)
        for finding, ids in changed.items():
            for some in parts(ids):
                with self.engine.begin() as connection:
                    own = update(table).where(table.c.id.in_(some), UNDECIDED)
                    connection.execute(own.values(finding=finding, proven=proven))


def resolution(letter: str, event: EmailEvent) -> dict[str, Any]:
    """Return the columns of a letter that an event settles."""
    finding = f"{event.outcome}: {event.feed} in {event.path}, line {event.line}"
    return {
        "letter": letter,
        "outcome": event.outcome,
        "evidence": event.document(),
        "event": event.key,
        "finding": finding,
    }


def count(
    connection: Connection, now: datetime, letters: Sequence[Row[Any]], events: Mapping[str, EmailEvent]
) -> None:
    """Count resolved letters by outcome; a delivered one is a row that was sent."""
    numbers: dict[stats.Where, Counter[str]] = {}
    for letter in letters:
        outcome = events[letter.id].outcome
        counted = numbers.setdefault(stats.Where(letter.connector, letter.destination), Counter())
        counted[f"{stats.RESOLVED}{outcome}"] += 1
        if outcome == DELIVERED:
            counted["sent"] += 1
    for where, amounts in sorted(numbers.items(), key=lambda pair: (pair[0].connector, pair[0].destination)):
        stats.add(connection, now, where, amounts)


def verdict_row(letter: Row[Any], outcome: str) -> dict[str, Any]:
    """Return the row of a letter in a note for witnesses."""
    try:
        activation = decode(letter.activation.encode())
    except Invalid:
        identity, call_type = None, "ADD"
    else:
        identity, call_type = activation.id, activation.call_type
    return {
        "letter": letter.id,
        "id": identity,
        "profile_id": letter.profile_id,
        "call_type": call_type,
        "verdict": outcome,
        "identifiers": {},
    }
