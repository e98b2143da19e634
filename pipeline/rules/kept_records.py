"""Records that a stream keeps, for the trial of a rule."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.model.source_record import SourceRecord
from pipeline.stores.stream_tables import records
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
    return found


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
