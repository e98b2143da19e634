"""Records that a stream keeps, for the trial of a rule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.model.source_record import SourceRecord
from pipeline.people.record_rows import heads_of
from pipeline.stores.stream_tables import records, streams
from pipeline.streams.histories import link_to_previous
from pipeline.streams.record_bodies import read_body

MS = 1000


def kept_records(connection: Connection, source: str, since: datetime) -> list[SourceRecord]:
    """Return the records of a source that changed since then; rows of a history with the ones before them."""
    own = (records.c.source == source, records.c.stamp >= round(since.timestamp() * MS))
    rows = connection.execute(select(records).where(*own, records.c.digest != "")).mappings()
    found = [record_of(row) for row in rows]
    if found:
        link_to_previous(connection, found)
        name_conflicts(connection, source, found)
    return found


def name_conflicts(connection: Connection, source: str, found: Sequence[SourceRecord]) -> None:
    """Give records the open conflicts that bar them, as a page gets them."""
    org = connection.scalar(select(streams.c.org).where(streams.c.source == source)) or ""
    heads = heads_of(connection, org, [record.id for record in found])
    for record in found:
        if record.id in heads:
            record.conflict = heads[record.id][4]


def record_of(row: Any) -> SourceRecord:
    """Return a record as a stream last saw it."""
    body = read_body(row["body"])
    return SourceRecord(
        row["source"],
        row["record"],
        "",
        row["stamp"],
        values=body["values"],
        fields=body["fields"],
        parent=row["parent"] or "",
        gone=bool(row["gone"]),
        person=row["person"],
    )
