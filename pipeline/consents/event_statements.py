"""Events of Responsys: opting out, complaints and opting in, as statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consents.addresses import KnownHandlesOf, addressed_by
from pipeline.consents.statement import IN, OUT, Statement, Wish
from pipeline.consents.telling import Addressed
from pipeline.model.source_record import SourceRecord
from pipeline.stores.event_tables import event_files, responsys_events

COMPLAINT = "COMPLAINT"  # its address may be another mailbox's, so it counts for all of the person
WISHES: Mapping[str, Mapping[str, Wish]] = {  # by channel and type of event
    "email": {"OPT_OUT": OUT, COMPLAINT: OUT, "OPT_IN": IN},
    "sms": {"SMS_OPT_OUT": OUT, "SMS_OPT_IN": IN},
}
SECOND = 999  # ms: events are captured to the second, and opting out counts by its end


def addresses_of_event(
    record: SourceRecord, known: Mapping[int, KnownHandlesOf], channel: str
) -> list[Addressed]:
    """Return the addresses of an event; opting in without an address counts if its person has only one."""
    found = addressed_by(record, known)
    if WISHES[channel][record.table] == IN:
        return found if len(found) == 1 else []
    if record.table != COMPLAINT or record.person is None:
        return found
    own = {one.address for one in found}
    everything = SourceRecord(record.source, record.id, record.table, record.stamp, person=record.person)
    return [*found, *(one for one in addressed_by(everything, known) if one.address not in own)]


def statement_of_event(
    record: SourceRecord, address: str, channel: str, places: Mapping[str, Mapping[str, Any]]
) -> Statement:
    """Return the statement of an event; ``places``: file and line by the ids of events."""
    wish = WISHES[channel][record.table]
    return Statement(
        key=f"event:{record.id}:{address[:16]}",
        address=address,
        channel=channel,
        wish=wish,
        kind="event",
        source=record.source,
        at=record.stamp // 1000 * 1000 + SECOND if wish == OUT else record.stamp,
        proven=wish == IN,
        evidence={"event": record.id, "type": record.table, "captured": record.stamp}
        | dict(places.get(record.id, {}))
        | ({"riid": record.riid} if record.riid else {}),
    )


def places_of(connection: Connection, records: Sequence[SourceRecord]) -> dict[str, dict[str, Any]]:
    """Return file and line of stored events, by their ids."""
    numbers = [int(record.id) for record in records if record.id.isdigit()]
    if not numbers:
        return {}
    query = (
        select(responsys_events.c.id, responsys_events.c.line, event_files.c.path)
        .join(event_files, event_files.c.id == responsys_events.c.file)
        .where(responsys_events.c.id.in_(numbers))
    )
    return {str(row.id): {"file": row.path, "line": row.line} for row in connection.execute(query)}
