"""Changes that a dry run of a stream finds, and whether the guard would stop such a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from pipeline.model.source_record import SourceRecord
from pipeline.snapshots.concerns import Concern
from pipeline.streams.change_guard import concern_of, is_guarded, known_in_turn, known_people
from pipeline.streams.record_bodies import body_of, is_altered, read_body
from pipeline.streams.record_store import KnownRecord
from pipeline.streams.stream_counts import StreamCounts
from pipeline.streams.stream_state import StreamState


@dataclass
class RehearsedChanges:
    """Numbers of one dry run."""

    counts: StreamCounts = field(default_factory=StreamCounts)
    altered: int = 0  # people known before with other variables, or gone
    new: int = 0

    def take(
        self,
        records: Sequence[SourceRecord],
        changed: Sequence[SourceRecord],
        known: Mapping[str, KnownRecord],
    ) -> None:
        """Count the records of a page; ``changed``: those that are new or differ."""
        self.counts.read += len(records)
        self.counts.changed += len(changed)
        self.counts.gone += sum(record.gone for record in changed)
        for record in changed:
            if record.id in known and known[record.id].digest:
                record.before = read_body(known[record.id].body)
        self.altered += sum(map(is_altered, changed))
        self.new += sum(record.id not in known and not record.gone for record in changed)

    def concerns(
        self,
        engine: Engine,
        state: StreamState,
        max_change: float,
        *,
        resend: bool = False,
        in_turn: bool = False,
    ) -> tuple[Concern, ...]:
        """Return the findings that a person would have to confirm before anything is sent.

        ``in_turn``: a run may look at some of the people only.
        """
        if not is_guarded(state, max_change, resend=resend):
            return ()
        known, changing = known_people(engine, state.source) + self.new, state.changing + self.altered
        if in_turn:
            known = known_in_turn(state, changing, known, self.counts.read)
        concern = concern_of(state.source, changing, known, max_change)
        return () if concern is None else (concern,)


def differing_records(
    records: Sequence[SourceRecord], known: Mapping[str, KnownRecord]
) -> list[SourceRecord]:
    """Return the records that are new, or differ from the known ones."""
    return [
        record
        for record in records
        if record.id not in known or known[record.id].digest != body_of(record)[0]
    ]
