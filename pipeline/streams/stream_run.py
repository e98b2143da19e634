"""A run of a stream, in five steps.

::

    left over   an earlier run's activations are appended
    changes     are read from the mark minus the overlap
    full        all is read from the beginning, when that is due; it goes on where an earlier run stopped
    later       followers decide about the records that they put off and that are due
    send        all activations that follow are appended, unless too many people changed

Nothing is kept of a page that was not committed. The activations of a committed page that were not appended
are appended by the next run: at its beginning or, where changes are counted, at its end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from pipeline.model.record_reader import RecordReader
from pipeline.model.source import SalesforceSource
from pipeline.produce.appender import Appender
from pipeline.snapshots.concerns import Concern
from pipeline.streams.change_guard import Confirm, unconfirmed
from pipeline.streams.deciding_later import decide_later
from pipeline.streams.followers import Follower, NoFollower
from pipeline.streams.guarded_turn import Guarding, taking_records
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.pairing import Pairing
from pipeline.streams.stream_choice import renew_choice
from pipeline.streams.stream_counts import StreamCounts
from pipeline.streams.stream_reading import StreamReading
from pipeline.streams.stream_turn import stream_turn
from pipeline.text.plural import counted


@dataclass(frozen=True)
class StreamOutcome:
    """Outcome of one run."""

    source: str
    counts: StreamCounts
    sent: int  # activations appended, those that an earlier run left over included
    is_baseline: bool
    is_full: bool  # a reading from the beginning came to its end
    concerns: tuple[Concern, ...] = ()  # for which a dry run says that nothing would be sent

    def __str__(self) -> str:
        counts = self.counts
        read, changed = counted(counts.read, "record"), f"{counts.changed:,} changed"
        return f"{self.source}: {read} read, {changed}, {self.sent:,} sent"


@dataclass(frozen=True)
class StreamRun:
    """Runs one source now. ``full``: from the beginning; ``resend``: all are sent, changed or not.

    ``patience``: seconds after which a reading from the beginning is left to the next run; None: never.
    ``progress`` gets "read" and the number of rows.
    """

    engine: Engine
    source: SalesforceSource
    reader: RecordReader
    appender: Appender
    span: timedelta  # between two readings from the beginning
    follower: Follower = field(default_factory=NoFollower)
    full: bool = False
    resend: bool = False
    patience: float | None = None
    progress: Callable[[str, int], None] = lambda _phase, _amount: None
    pairing: Pairing | None = None
    confirm: Confirm = unconfirmed  # asks a person whether so many changes are meant

    def run(self) -> StreamOutcome:
        """Read on and send the activations that follow.

        Raises:
            Busy: another run of the source is under way.
            Lost: another process took it over.
            Unconfirmed: so many people changed that a person must agree before anything is sent.
            CallError, Misconfigured: the org cannot be read; the pages read so far are kept.
            AppendFailed: Redis does not answer; the next run goes on from there.
        """
        with stream_turn(self.engine, self.source.name) as turn:
            is_history = bool(self.source.of)
            taking = PageTaking(
                self.source.name, self.source.audience, self.follower, is_history, self.progress, self.pairing
            )
            was_baseline = turn.state.is_baseline
            guarding = Guarding(self.source.max_change, self.confirm, self.resend or turn.state.resending)
            with taking_records(turn, self.appender, taking, guarding) as (outbox, guard):
                done = self._read(StreamReading(turn, outbox, taking, self.source, self.reader, guard))
                decide_later(turn, outbox, taking, self.reader)
            return StreamOutcome(self.source.name, taking.counts, outbox.sent, was_baseline, done)

    def _read(self, stream: StreamReading) -> bool:
        """Read all that is due; return whether a reading from the beginning came to its end."""
        was_baseline = stream.turn.state.is_baseline
        renew_choice(stream.turn, self.source, self.follower.fields_of_all)
        state = stream.turn.state
        anew = self.full or self.resend
        if not was_baseline and state.mark_stamp is not None:
            stream.read_changes()
        is_due = state.full_at is None or datetime.now(UTC) - state.full_at >= self.span
        if not (anew or is_due or state.full is not None):
            return False
        return stream.read_all(anew=anew, resend=self.resend, patience=self.patience)
