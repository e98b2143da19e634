"""A dry run of a stream: records that differ from what is known are counted, and nothing is stored."""

from sqlalchemy import Engine

from pipeline.model.record_reader import Position, RecordReader
from pipeline.model.source import SalesforceSource
from pipeline.stores.database import reading
from pipeline.streams.record_bodies import body_of
from pipeline.streams.record_store import known_records
from pipeline.streams.stream_counts import StreamCounts
from pipeline.streams.stream_run import StreamOutcome
from pipeline.streams.stream_state import StreamState, read_state


def rehearse(engine: Engine, source: SalesforceSource, reader: RecordReader, *, full: bool) -> StreamOutcome:
    """Read what the next run would read; ``full``: from the beginning."""
    state = read_state(engine, source.name) or StreamState(source.name)
    is_full = full or state.is_baseline
    place = Position() if is_full else state.mark.back(source.overlap * 1000)
    counts = StreamCounts()
    while True:
        page = reader.page(place)
        with reading(engine) as connection:
            known = known_records(connection, source.name, [record.id for record in page.records])
        changed = [
            record
            for record in page.records
            if record.id not in known
            or (record.stamp >= known[record.id].stamp and known[record.id].digest != body_of(record)[0])
        ]
        counts.read += len(page.records)
        counts.changed += len(changed)
        counts.gone += sum(record.gone for record in changed)
        if page.is_last:
            return StreamOutcome(source.name, counts, 0, state.is_baseline, is_full)
        place = page.last
