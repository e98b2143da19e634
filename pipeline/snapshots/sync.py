"""Sync: a snapshot of an audience is compared with the members last sent, and the difference is sent.

::

    reading   the snapshot goes into a table, chunk by chunk; then the database finds the members that enter,
              have changed or leave, for each destination. An interrupted reading begins anew
    sending   see sending.py; an interrupted run is brought to its end before the next one begins
    done
    stopped   it raised concerns and no person confirmed them: nothing was sent
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import Engine

from pipeline.errors import Misconfigured
from pipeline.model.destination import Destination
from pipeline.produce.appender import Appender
from pipeline.produce.lines import FileLine
from pipeline.produce.report import Messages
from pipeline.records.catalog import Catalog
from pipeline.snapshots import difference, parts
from pipeline.snapshots.cleaning import discard, forget_removed
from pipeline.snapshots.concerns import Concern, concerns
from pipeline.snapshots.parts import Part
from pipeline.snapshots.run_lease import RunLease, hold_run
from pipeline.snapshots.sending import SnapshotSender, end
from pipeline.snapshots.staging import SnapshotCounts, Staging
from pipeline.snapshots.views import View, view_of
from pipeline.stores.database import reading
from pipeline.text.messages import listed

MAX_LEAVING = 20.0  # percent


@dataclass(frozen=True)
class Outcome:
    """Outcome of one snapshot: its numbers, its parts, and whether they were sent."""

    audience: str
    counts: SnapshotCounts
    parts: tuple[Part, ...]  # as planned when nothing was sent
    concerns: tuple[Concern, ...] = ()
    sent: bool = False  # False: a dry run, or stopped by its concerns
    finished: tuple[Part, ...] = ()  # of an earlier run that had been interrupted


@dataclass
class Sync:
    """Takes in snapshots of one audience.

    ``appender``: of this run alone; None: a dry run. ``confirm``: whether to go on in spite of concerns.
    ``on_part`` gets each part before anything is sent. ``progress`` gets "read" or "sent" and an amount.
    """

    engine: Engine
    catalog: Catalog
    audience: str
    appender: Appender | None
    max_leaving: float = MAX_LEAVING  # percent that may leave without a person's consent
    confirm: Callable[[Sequence[Concern]], bool] = lambda _concerns: False
    on_part: Callable[[Part], None] = lambda _part: None
    on_error: Callable[[int, Messages], None] = lambda _line, _messages: None
    progress: Callable[[str, int], None] = lambda _phase, _amount: None
    _destinations: Mapping[str, Destination] = field(init=False)
    _views: Mapping[str, View] = field(init=False)  # by destination
    _irrevocable: Collection[str] = field(init=False)  # destinations with calls that cannot be taken back

    def __post_init__(self) -> None:
        """Find the audience's destinations; raises Misconfigured if there is none, or one is unusable."""
        found = self.catalog.for_audience(self.audience)
        if not found:
            raise Misconfigured(
                f'no destination is set up for audience "{self.audience}"; '
                f"audiences that have one: {listed(self.catalog.audiences)}"
            )
        unusable = [f"{each.subject}: {each.problem}" for each in found if each.problem]
        if unusable:
            raise Misconfigured("\n".join(unusable))
        self._destinations = {each.name: each for each in found}
        actions = [self.catalog.action_of(each) for each in found]
        self._irrevocable = {action.destination.name for action in actions if action.irrevocable}
        self._views = {action.destination.name: view_of(action) for action in actions}

    def run(
        self, lines: Iterable[FileLine], taken_at: datetime | None = None, source: str | None = None
    ) -> Outcome:
        """Take in all members as of ``taken_at``; None: now.

        Raises:
            Busy: another run for the audience is under way.
            AppendFailed: Redis does not answer; the next run goes on from there.
        """
        with hold_run(self.engine, self.audience) as lease:
            if self.appender is None:
                return self._rehearse(lease, lines)
            sender = SnapshotSender(lease, self.appender, self._destinations, self._sent)
            finished = sender.finish() if lease.phase == "sending" else ()
            run = begin_run(lease, taken_at or datetime.now(UTC), source)
            outcome = replace(self._compare(lease, run, lines), finished=finished)
            if outcome.concerns and not self.confirm(outcome.concerns):
                end(lease, "stopped")
                return outcome
            with lease.writing() as connection:
                parts.store_parts(connection, outcome.parts)
                lease.write(connection, phase="sending")
            return replace(outcome, parts=sender.finish(), sent=True)

    def _rehearse(self, lease: RunLease, lines: Iterable[FileLine]) -> Outcome:
        """Find the difference without sending it; an interrupted run stays as it is."""
        run = rehearsal(self.audience)
        discard(lease, run)
        outcome = self._compare(lease, run, lines)
        discard(lease, run)
        return outcome

    def _compare(self, lease: RunLease, run: str, lines: Iterable[FileLine]) -> Outcome:
        views = list({view.key: view for view in self._views.values()}.values())
        staging = Staging(lease, run, views, self.on_error, lambda amount: self.progress("read", amount))
        counts = staging.take(lines)
        planned = self._plan(run)
        for part in planned:
            self.on_part(part)
        worries = concerns(counts, planned, self._irrevocable, self.max_leaving)
        return Outcome(self.audience, counts, planned, tuple(worries))

    def _plan(self, run: str) -> tuple[Part, ...]:
        with reading(self.engine) as connection:
            plan = [self._part(run, each, parts.find_part(connection, name))
                    for name, each in self._destinations.items()]  # fmt: skip
            return tuple(difference.measured(connection, part) for part in plan)

    def _part(self, run: str, destination: Destination, before: Part | None) -> Part:
        since = before.since if before else None
        return Part(
            destination=destination.name,
            audience=self.audience,
            run=run,
            view=self._views[destination.name].key,
            call_types=destination.call_types,
            silent=since is None and destination.options.get("existing_members") is False,
            since=since,
        )

    def _sent(self, amount: int) -> None:
        self.progress("sent", amount)


def begin_run(lease: RunLease, taken_at: datetime, source: str | None) -> str:
    """Begin a run and return its name; staged rows of earlier runs are deleted."""
    discard(lease, lease.run, rehearsal(lease.audience))
    forget_removed(lease)
    run = uuid.uuid4().hex[:16]
    with lease.writing() as connection:
        lease.write(connection, run=run, phase="reading", taken_at=taken_at, source=source, finished_at=None)
    return run


def rehearsal(audience: str) -> str:
    """Name the dry run of an audience."""
    return f"dry run of {audience}"
