"""pipeline.operate.stream_status: how far a stream is read."""

from datetime import UTC, datetime

from pipeline.model.source import PeopleSource, SalesforceSource
from pipeline.operate.stream_status import StreamStatus
from pipeline.streams.stream_state import StreamState

NOW = datetime(2026, 1, 2, tzinfo=UTC)
CONTACTS = SalesforceSource(name="contacts", every=2, connector="crm", object="Contact", mapping="person")
KEYS = PeopleSource(name="keys", every=60, connector="crm", audience="keys")


def mark_age(source, mark):
    return StreamStatus(source, "ready", StreamState(source.name, mark_stamp=mark), NOW).mark_age


def test_records_are_read_up_to_a_moment_and_people_up_to_a_number():
    assert mark_age(CONTACTS, int(NOW.timestamp() * 1000) - 4_000) == 4
    assert mark_age(CONTACTS, None) is None
    assert mark_age(KEYS, 2) is None
