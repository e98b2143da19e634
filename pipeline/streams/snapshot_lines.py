"""Lines of a snapshot: all records of a source, each with its person."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine

from pipeline.model.record_reader import RecordReader
from pipeline.model.source_record import SourceRecord
from pipeline.people.assign import assign
from pipeline.produce.lines import FileLine
from pipeline.streams.belonging import make_people
from pipeline.streams.org_of_source import keep_org
from pipeline.streams.record_activations import identifiers_of


def snapshot_lines(events: Engine, source: str, reader: RecordReader) -> Iterator[FileLine]:
    """Read all records in the order of their ids, and give each with a person as a member.

    Raises Held if the host is that of another org than the last snapshot's: all members would leave.
    """
    after, number = "", 0
    while True:
        page = reader.page_by_id(after)
        with events.begin() as connection:
            keep_org(connection, source, reader.org)
            make_people(connection, page.records)
            assign(connection, page.records)
        for row in members(page.records):
            number += 1
            yield FileLine(number, row)
        if page.is_last:
            return
        after = page.last.id


def members(records: Sequence[SourceRecord]) -> Iterator[dict[str, object]]:
    """Give records as members; one that a conflict bars, or without a person, is none."""
    for record in records:
        if record.person is not None and record.conflict is None:
            yield {
                "profile_id": f"person:{record.person}",
                "identifiers": identifiers_of(record),
                "variables": record.values,
            }
