"""Send what a run has found: append to the intake, then write down that it was done, page by page."""

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
from pipeline.snapshots.turns import Turn
from pipeline.stores.database import reading

log = logging.getLogger(__name__)

PAGE = 2_000  # profiles between two notes of how far a run has come


@dataclass
class Sending:
    """The second half of a run; whoever has the turn may go on with it."""

    turn: Turn
    appender: Appender
    destinations: Collection[str]  # of the audience, as they are now
    progress: Callable[[int], None]

    def finish(self) -> tuple[Part, ...]:
        """Send what is left to send; raises AppendFailed."""
        with reading(self.turn.engine) as connection:
            known = parts.of_audience(connection, self.turn.audience).values()
        done = tuple(self._send(part) for part in known if part.run == self.turn.run)
        end(self.turn, "done")
        amount = sum(part.sent for part in done)
        extra = {"audience": self.turn.audience, "run": self.turn.run, "activations": amount}
        log.info("snapshot sent", extra=extra)
        return done

    def _send(self, part: Part) -> Part:
        """Leavers first: who left under one profile may enter under another with the same address."""
        if part.destination not in self.destinations:
            part = replace(part, step="done")  # it was removed meanwhile
        outbox = Outbox(self.appender, part, self.turn.taken_at or datetime.now(UTC))
        while part.step != "done":
            part = self._leave(part, outbox) if part.step == "leaving" else self._arrive(part, outbox)
            self.progress(part.sent)
        return part

    def _leave(self, part: Part, outbox: Outbox) -> Part:
        with reading(self.turn.engine) as connection:
            rows = difference.leaving(connection, part, PAGE)
        after = self._append(part, outbox, [("REMOVE", row) for row in rows])
        if not rows:
            after = replace(part, step="arriving", position=None)
        with self.turn.writing() as connection:
            if rows:
                difference.forget_left(connection, part, rows[-1].profile_id)
            parts.store(connection, [after])
        return after

    def _arrive(self, part: Part, outbox: Outbox) -> Part:
        with reading(self.turn.engine) as connection:
            rows = difference.arriving(connection, part, PAGE)
        after = self._append(part, outbox, [("ADD" if row.enters else "UPDATE", row) for row in rows])
        if not rows:
            after = replace(part, step="done", position=None, since=part.since or self.turn.taken_at)
        with self.turn.writing() as connection:
            if rows:
                difference.keep_arrived(connection, part, rows[-1].profile_id)
            parts.store(connection, [after])
        return after

    def _append(self, part: Part, outbox: Outbox, rows: list[tuple[str, Any]]) -> Part:
        """Append rows, and say how far that brings us."""
        sent = part.sent + outbox.append(rows)
        position = rows[-1][1].profile_id if rows else None
        return replace(part, position=position, chunk=outbox.chunk, sent=sent)


def end(turn: Turn, phase: str) -> None:
    """End a run: ``done``, or ``stopped`` before anything was sent."""
    with turn.writing() as connection:
        turn.note(connection, phase=phase, finished_at=datetime.now(UTC))
    discard(turn, turn.run)
