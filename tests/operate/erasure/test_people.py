"""A person of streams leaves the events store; of its records digests stay."""

import pytest
from sqlalchemy import func, insert, select

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.erasing import erase_evidence
from pipeline.consents.saying import Saying
from pipeline.model.activation import Activation, encode
from pipeline.operate.erasure.people import profile_ids
from pipeline.people.erasing import forget_erased
from pipeline.profiles.erasure import count_of, erase_from_events
from pipeline.stores.consent_tables import consent_tells
from pipeline.stores.people_tables import conflicts, erased_records, handles, person_records
from pipeline.stores.stream_tables import entries, outgoing, records
from tests.consents.conftest import EMAIL, Consents
from tests.people.records import NOW, record, take

LEAD, CONTACT, OTHER = "00Q000000000001EAA", "003000000000001AAA", "003000000000002AAA"
ADA = "ada@example.com"
TABLES = (handles, person_records, records, entries, outgoing, conflicts)


def amounts(engine):
    with engine.connect() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in TABLES]


@pytest.fixture
def stored(events):
    """Ada with two records and Byron at the same address, with all that streams keep of them."""
    some = [record(LEAD, ADA, riid="7"), record(CONTACT, ADA), record(OTHER, ADA, "Byron")]
    take(events, *some)
    with events.begin() as connection:
        for one in some:
            row = {"source": "people", "record": one.id, "person": one.person}
            connection.execute(insert(records).values(**row, stamp=1, digest="d", body="[{},{}]"))
            entry = {"rule": "r", "state": "entered", "asked_at": NOW, "key": one.id}
            connection.execute(insert(entries).values(**row, **entry))
            body = encode(Activation("people", f"person:{one.person}", "ADD")).decode()
            connection.execute(insert(outgoing).values(source="people", body=body))
    return some


@pytest.mark.parametrize("name", [ADA, LEAD])
def test_a_person_leaves_all_tables_and_others_stay(events, stored, name):
    expected = {"records": 2, "entries": 2, "outgoing": 2, "conflicts": 1, "event handles": 4}
    assert count_of(events, name) == expected

    assert erase_from_events(events, name) == expected

    assert amounts(events) == [1, 1, 1, 1, 1, 0]
    assert count_of(events, name) == {}


def test_a_person_of_whom_consents_alone_have_told_has_a_profile(events):
    with events.begin() as connection:
        saying = Saying(connection, EMAIL, ["consent-list"])
        saying.say("out", digest_of_address(ADA), {"by": "cli:ada"}, plain=ADA)

    assert profile_ids(events, ADA) == ["person:1"]


def test_an_opting_out_that_is_erased_on_its_way_waits_for_no_answer(events):
    consent = Consents(events)
    consent.answer(consent.event("OPT_OUT", ADA), ["consent-list"])

    erase_evidence(events, ADA)

    with events.connect() as connection:
        rows = connection.execute(select(consent_tells).order_by(consent_tells.c.destination)).all()
    assert [(one.verdict, one.waits) for one in rows] == [
        ("delivered", False), ("Erased", False), ("Erased", False)
    ]  # fmt: skip
    assert consent.statuses == [("out", 1)]


def test_an_erased_record_makes_no_person_until_retention(events, stored):
    erase_from_events(events, ADA)

    assert take(events, record(LEAD, ADA, riid="7", stamp=2_000)) == [None]
    forget_erased(events, days=1)
    assert take(events, record(CONTACT, ADA, stamp=2_000)) == [None]

    forget_erased(events, days=-1)

    with events.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(erased_records)) == 0
    assert take(events, record(LEAD, ADA, riid="7", stamp=3_000)) != [None]


def test_a_person_has_a_profile_under_each_number_that_it_had(events, stored):
    lead, _, other = stored

    take(events, record(OTHER, ADA, "Byron", gone=True, survivor=CONTACT))

    ids = profile_ids(events, LEAD)
    assert ids[0] == f"person:{lead.person}"
    assert f"person:{other.person}" in ids
    assert profile_ids(events, "nobody@example.com") == []


def test_a_person_of_event_files_alone_has_a_profile(events):
    """A source that reads ``responsys_people`` may have sent it."""
    with events.begin() as connection:
        handle = {"id": 5, "kind": "riid", "scope": "1234", "value": "7", "person": 5}
        connection.execute(insert(handles).values(handle))

    assert profile_ids(events, "1234:7") == ["person:5"]


def test_a_person_that_profiles_or_members_alone_have_told_of_has_a_profile(events):
    with events.begin() as connection:
        handle = {"id": 1, "kind": "riid", "scope": "", "value": "7", "person": 1}
        connection.execute(insert(handles).values(handle))
        row = {"source": "members", "record": "7", "person": 1, "stamp": 1, "digest": "d", "body": "[{},{}]"}
        connection.execute(insert(records).values(row))

    assert profile_ids(events, "7") == ["person:1"]
