"""Sources of people: those whose RIID their record lacks."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from pipeline.model.source import PeopleSource
from pipeline.produce.appender import Appender
from pipeline.stores.people_tables import handles
from pipeline.stores.stream_tables import streams
from pipeline.streams.people_run import PeopleRun
from tests.event_files.folder import land
from tests.fixtures.intake import Bell, Entries
from tests.people.records import record, take

KEYS = PeopleSource(name="keys", every=60, audience="keys", connector="crm")
LEAD, CONTACT, OTHER = "00Q000000000001EAA", "003000000000001AAA", "003000000000002AAA"


@pytest.fixture
def run(redis, events):
    """Runs the source, and returns who was sent with which RIID."""
    entries = Entries(redis)

    def run(**options):
        PeopleRun(events, KEYS, **options).run(Appender(redis, Bell(), sleep=lambda _: None))
        found = entries()
        for key in redis.scan_iter("intake:*"):
            redis.delete(key)
        return sorted((each.profile_id, each.identifiers) for each in found)

    return run


@pytest.fixture
def land_file(events, tmp_path):
    """Lands rows of RIID and address."""

    def land_file(number, *rows):
        path = tmp_path / f"1234_CLICK_2026010{number}_000000.txt"
        lines = [f"{riid},05-Jan-2026 14:03:22,{address}\n" for riid, address in rows]
        path.write_text("RIID,EVENT_CAPTURED_DT,EMAIL\n" + "".join(lines))
        land(events, [path])

    return land_file


def test_a_riid_that_has_become_known_is_sent_once(events, run, land_file):
    ada, byron = take(events, record(CONTACT, "ada@example.com"), record(OTHER, "b@example.com", "Byron"))
    assert run() == []

    land_file(1, (7, "ada@example.com"), (9, "nobody@example.com"))
    assert run() == [(f"person:{ada}", {"riid": "7", "salesforce_id": CONTACT})]
    assert run() == []

    land_file(2, (8, "b@example.com"))
    assert run() == [(f"person:{byron}", {"riid": "8", "salesforce_id": OTHER})]


def test_a_record_that_has_the_riid_is_left_out_and_sent_again_when_all_are(events, run, land_file):
    land_file(1, (7, "ada@example.com"))
    (ada,) = take(events, record(CONTACT, "ada@example.com", riid="7"))

    assert run(full=True) == []
    assert run(resend=True) == [(f"person:{ada}", {"riid": "7", "salesforce_id": CONTACT})]


def test_a_resend_that_stopped_is_done_by_the_next_run(events, run, land_file):
    land_file(1, (7, "ada@example.com"))
    (ada,) = take(events, record(CONTACT, "ada@example.com", riid="7"))
    run()
    with events.begin() as connection:
        connection.execute(update(streams).values(resending=True))

    assert run() == [(f"person:{ada}", {"riid": "7", "salesforce_id": CONTACT})]
    assert run() == []


def test_the_primary_record_gets_the_riid_and_a_barred_one_does_not(events, run, land_file):
    land_file(1, (7, "ada@example.com"), (8, "b@example.com"))
    (ada, _) = take(events, record(LEAD, "ada@example.com"), record(CONTACT, "ada@example.com"))
    take(events, record(OTHER, "ada@example.com", "Byron"))

    assert run() == [(f"person:{ada}", {"riid": "7", "salesforce_id": CONTACT})]


def test_a_riid_that_an_answer_has_told_is_sent(events, run, land_file):
    land_file(1, (7, "ada@example.com"), (8, "ada@example.com"))
    (ada,) = take(events, record(CONTACT, "ada@example.com", riid="7"))
    assert run() == []

    with events.begin() as connection:
        now = int(datetime.now(UTC).timestamp())
        connection.execute(update(handles).where(handles.c.value == "8").values(told_at=now))

    assert run() == [(f"person:{ada}", {"riid": "8", "salesforce_id": CONTACT})]


def test_a_dry_run_counts_and_sends_nothing(events, run, land_file):
    land_file(1, (7, "ada@example.com"))
    take(events, record(CONTACT, "ada@example.com"))

    assert PeopleRun(events, KEYS).rehearse().counts.activations == 1
    assert len(run()) == 1
