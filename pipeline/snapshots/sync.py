"""Take in a snapshot of an audience, and send what differs from what was last sent.

::

    reading   the snapshot goes into a table, chunk by chunk; then the database finds who enters, has
              changed or leaves, for each destination. An interrupted reading begins anew
    sending   see sending.py; an interrupted run is brought to its end before the next one begins
    done
    stopped   something looked wrong and nobody confirmed it: nothing was sent
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from pipeline.snapshots.sending import Sending, end
from pipeline.snapshots.staging import Reading, Staging
from pipeline.snapshots.turns import Turn, turn
from pipeline.snapshots.views import View, view_of
from pipeline.stores.database import reading

MAX_LEAVING = 20.0  # percent


@dataclass(frozen=True)
class Outcome:
    """What became of a snapshot."""

    audience: str
    reading: Reading
    parts: tuple[Part, ...]  # as planned when nothing was sent
    concerns: tuple[Concern, ...] = ()
    sent: bool = False  # False: a dry run, or stopped by its concerns
    finished: tuple[Part, ...] = ()  # of an earlier run that had been interrupted


@dataclass
class Sync:
    """Takes in snapshots of one audience.

    ``appender`` is nobody else's; without one it is a dry run. ``agree`` is asked when something looks wrong.
    ``look`` is given each part before anything is sent. ``progress`` is told what is done, and how much.
    """

    engine: Engine
    catalog: Catalog
    audience: str
    appender: Appender | None
    max_leaving: float = MAX_LEAVING  # percent that may leave without anybody's consent
    agree: Callable[[Sequence[Concern]], bool] = lambda _concerns: False
    look: Callable[[Part], None] = lambda _part: None
    on_error: Callable[[int, Messages], None] = lambda _line, _messages: None
    progress: Callable[[str, int], None] = lambda _what, _amount: None
    _destinations: Mapping[str, Destination] = field(init=False)
    _views: Mapping[str, View] = field(init=False)  # by destination

    def __post_init__(self) -> None:
        """Find who takes changes of the audience; raises Misconfigured when nobody does or can."""
        found = self.catalog.for_audience(self.audience)
        if not found:
            known = ", ".join(sorted(self.catalog.audiences)) or "none"
            raise Misconfigured(
                f'no destination is set up for audience "{self.audience}"; audiences that have one: {known}'
            )
        unusable = [f'destination "{each.name}": {each.problem}' for each in found if each.problem]
        if unusable:
            raise Misconfigured("\n".join(unusable))
        self._destinations = {each.name: each for each in found}
        self._views = {each.name: view_of(self.catalog.action_of(each)) for each in found}

    def run(
        self, lines: Iterable[FileLine], taken_at: datetime | None = None, source: str | None = None
    ) -> Outcome:
        """Take in all members, as they were when the snapshot was taken (now).

        Raises:
            Busy: another run for the audience is under way.
            AppendFailed: Redis is away; the next run goes on from there.
        """
        with turn(self.engine, self.audience) as mine:
            if self.appender is None:
                return self._rehearse(mine, lines)
            sending = Sending(mine, self.appender, self._destinations, self._sent)
            finished = sending.finish() if mine.phase == "sending" else ()
            run = begin(mine, taken_at or datetime.now(UTC), source)
            outcome = replace(self._compare(mine, run, lines), finished=finished)
            if outcome.concerns and not self.agree(outcome.concerns):
                end(mine, "stopped")
                return outcome
            with mine.writing() as connection:
                parts.store(connection, outcome.parts)
                mine.note(connection, phase="sending")
            return replace(outcome, parts=sending.finish(), sent=True)

    def _rehearse(self, mine: Turn, lines: Iterable[FileLine]) -> Outcome:
        """Find the difference and forget it; a run that was interrupted stays as it is."""
        run = rehearsal(self.audience)
        discard(mine, run)
        outcome = self._compare(mine, run, lines)
        discard(mine, run)
        return outcome

    def _compare(self, mine: Turn, run: str, lines: Iterable[FileLine]) -> Outcome:
        views = list({view.key: view for view in self._views.values()}.values())
        staging = Staging(mine, run, views, self.on_error, lambda amount: self.progress("read", amount))
        found = staging.take(lines)
        planned = self._plan(run)
        for part in planned:
            self.look(part)
        worries = concerns(found, planned, self._destinations, self.max_leaving)
        return Outcome(self.audience, found, planned, tuple(worries))

    def _plan(self, run: str) -> tuple[Part, ...]:
        with reading(self.engine) as connection:
            plan = [self._part(run, each, parts.find(connection, name))
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


def begin(mine: Turn, taken_at: datetime, source: str | None) -> str:
    """Begin a run, and forget what earlier ones left behind; return its name."""
    discard(mine, mine.run, rehearsal(mine.audience))
    forget_removed(mine)
    run = uuid.uuid4().hex[:16]
    with mine.writing() as connection:
        mine.note(connection, run=run, phase="reading", taken_at=taken_at, source=source, finished_at=None)
    return run


def rehearsal(audience: str) -> str:
    """Name the dry run of an audience."""
    return f"dry run of {audience}"
