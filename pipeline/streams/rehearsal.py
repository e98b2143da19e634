"""A dry run of a stream: records that differ from the known ones are counted, and nothing is stored."""

from sqlalchemy import Engine

from pipeline.model.record_reader import Position, RecordReader
from pipeline.model.source import SalesforceSource
from pipeline.stores.database import reading
from pipeline.streams.record_store import known_records
from pipeline.streams.rehearsed_changes import RehearsedChanges, differing_records
from pipeline.streams.stream_run import StreamOutcome
from pipeline.streams.stream_state import StreamState, read_state


def rehearse(
    engine: Engine, source: SalesforceSource, reader: RecordReader, *, full: bool, resend: bool = False
) -> StreamOutcome:
    """Read the records of the next run; ``full``: from the beginning; ``resend``: that, and all is sent."""
    state = read_state(engine, source.name) or StreamState(source.name)
    is_full = full or resend or state.is_baseline
    place = Position() if is_full else state.mark.back(source.overlap * 1000)
    changes = RehearsedChanges()
    while True:
        page = reader.page(place)
        with reading(engine) as connection:
            known = known_records(connection, source.name, [record.id for record in page.records])
        changed = [
            record
            for record in differing_records(page.records, known)
            if record.id not in known or record.stamp >= known[record.id].stamp
        ]
        changes.take(page.records, changed, known)
        if page.is_last:
            break
        place = page.last
    concerns = changes.concerns(engine, state, source.max_change, resend=resend)
    return StreamOutcome(source.name, changes.counts, 0, state.is_baseline, is_full, concerns)
