"""Sending: page by page, the difference is appended to the intake and then stored as sent."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipeline.produce.appender import Appender
from pipeline.snapshots import difference, parts
from pipeline.snapshots.cleaning import discard
from pipeline.snapshots.outbox import Outbox
from pipeline.snapshots.parts import Part
from pipeline.snapshots.run_lease import RunLease
from pipeline.stores.database import reading

log = logging.getLogger(__name__)

PAGE_PROFILES = 2_000  # between two notes of how far a run has come


@dataclass
class SnapshotSender:
    """The second half of a run; any process that gets the lease can go on with it."""

    lease: RunLease
    appender: Appender
    destinations: Collection[str]  # of the audience, as they are now
    progress: Callable[[int], None]

    def finish(self) -> tuple[Part, ...]:
        """Send the rest of the run's parts; raises AppendFailed."""
        with reading(self.lease.engine) as connection:
            known = parts.of_audience(connection, self.lease.audience).values()
        done = tuple(self._send(part) for part in known if part.run == self.lease.run)
        end(self.lease, "done")
        amount = sum(part.sent for part in done)
        extra = {"audience": self.lease.audience, "run": self.lease.run, "activations": amount}
        log.info("snapshot sent", extra=extra)
        return done

    def _send(self, part: Part) -> Part:
        """Send leavers first: one address may leave under one profile and enter under another."""
        if part.destination not in self.destinations:
            part = replace(part, step="done")  # it was removed meanwhile
        outbox = Outbox(self.appender, part, self.lease.taken_at or datetime.now(UTC))
        while part.step != "done":
            part = self._leave(part, outbox) if part.step == "leaving" else self._arrive(part, outbox)
            self.progress(part.sent)
        return part

    def _leave(self, part: Part, outbox: Outbox) -> Part:
        with reading(self.lease.engine) as connection:
            rows = difference.leaving(connection, part, PAGE_PROFILES)
        after = self._append(part, outbox, [("REMOVE", row) for row in rows])
        if not rows:
            after = replace(part, step="arriving", position=None)
        with self.lease.writing() as connection:
            if rows:
                difference.forget_left(connection, part, rows[-1].profile_id)
            parts.store_parts(connection, [after])
        return after

    def _arrive(self, part: Part, outbox: Outbox) -> Part:
        with reading(self.lease.engine) as connection:
            rows = difference.arriving(connection, part, PAGE_PROFILES)
        after = self._append(part, outbox, [("ADD" if row.enters else "UPDATE", row) for row in rows])
        if not rows:
            after = replace(part, step="done", position=None, since=part.since or self.lease.taken_at)
        with self.lease.writing() as connection:
            if rows:
                difference.keep_arrived(connection, part, rows[-1].profile_id)
            parts.store_parts(connection, [after])
        return after

    def _append(self, part: Part, outbox: Outbox, rows: list[tuple[str, Any]]) -> Part:
        """Append rows and return the part at its new position."""
        sent = part.sent + outbox.append(rows)
        position = rows[-1][1].profile_id if rows else None
        return replace(part, position=position, chunk=outbox.chunk, sent=sent)


def end(lease: RunLease, phase: str) -> None:
    """End a run: ``done``, or ``stopped`` before anything was sent."""
    now = datetime.now(UTC)
    success = {"succeeded_at": now} if phase == "done" else {}
    with lease.writing() as connection:
        lease.write(connection, phase=phase, finished_at=now, **success)
    discard(lease, lease.run)
