"""Ids that answers told of people."""

import pytest
from sqlalchemy import insert, select

from pipeline.people.accounts import riid_account
from pipeline.people.adoption import adopt_account
from pipeline.people.erasing import keep_digests
from pipeline.people.known_identifiers import known_identifiers
from pipeline.people.learning import Lesson, learn
from pipeline.stores.people_tables import handles
from tests.event_files.folder import enter
from tests.people.records import ACCOUNT, ORG, open_conflicts, record, take

LEAD, CONTACT, OTHER = "00Q000000000001EAA", "003000000000001AAA", "003000000000002AAA"
ADA, BYRON = "ada@example.com", "b@example.com"


@pytest.fixture
def teach(events):
    """Teaches a person some handles, twice, and returns what is known of it then, and open conflicts."""

    def teach(person, *keys, at=1):
        for _ in range(2):
            with events.begin() as connection:
                learn(connection, [Lesson(f"person:{person}", keys, at)])
        with events.connect() as connection:
            known = known_identifiers(connection, [f"person:{person}"]).get(f"person:{person}")
            return known, open_conflicts(connection)

    return teach


def riid(value):
    return "riid", ACCOUNT, value


def contact(name):
    return "salesforce", ORG, name


def test_a_person_learns_its_riid_and_its_record(events, teach):
    (person,) = take(events, record(LEAD, ADA))

    known, clashes = teach(person, riid("7"), contact(CONTACT))

    assert (known, clashes) == ({"riid": "7", "salesforce_id": CONTACT}, [])
    assert take(events, record(OTHER, riid="7")) == [person]
    assert take(events, record(CONTACT, "new@example.com")) == [person]


def test_the_riid_that_was_told_last_is_the_one(events, teach):
    (person,) = take(events, record(LEAD, ADA, riid="9"))

    assert teach(person, riid("8"), at=5)[0]["riid"] == "8"
    assert teach(person, riid("7"), at=4)[0]["riid"] == "8"


def test_a_riid_of_another_person_is_a_conflict_and_stays_there(events, teach):
    ada, byron = take(events, record(CONTACT, ADA), record(OTHER, BYRON, "Byron", riid="7"))

    known, clashes = teach(ada, riid("7"))

    assert (known, clashes) == ({"salesforce_id": CONTACT}, [("handles", ada, byron)])
    assert take(events, record(LEAD, riid="7")) == [byron]


def test_other_profiles_other_records_and_erased_ones_are_left_out(events, teach):
    with events.begin() as connection:
        keep_digests(connection, [CONTACT])
    (person,) = take(events, record(LEAD, ADA))

    assert teach(person, contact(CONTACT), contact("701000000000001AAA"))[0] == {"salesforce_id": LEAD}
    assert teach(99, riid("7")) == (None, [])


def test_riids_get_the_account_that_files_name(events, teach, tmp_path):
    ada, byron = take(events, record(CONTACT, ADA), record(OTHER, BYRON, "Byron"))
    teach(ada, ("riid", "", "7"), ("riid", "", "8"), ("riid", "", "9"))
    path = tmp_path / f"{ACCOUNT}_CLICK_20260105_000000.txt"
    path.write_text("RIID\n")
    enter(events, path)
    with events.begin() as connection:
        rows = [(98, "8", ada), (99, "9", byron)]  # which a file told before this one
        connection.execute(
            insert(handles),
            [{"id": n, "kind": "riid", "scope": ACCOUNT, "value": v, "person": p} for n, v, p in rows],
        )

    for _ in range(2):
        with events.begin() as connection:
            adopt_account(connection)

    with events.connect() as connection:
        assert riid_account(connection) == ACCOUNT
        of_riids = select(handles.c.scope, handles.c.value, handles.c.person).where(handles.c.kind == "riid")
        found = sorted(tuple(row) for row in connection.execute(of_riids))
        assert found == [(ACCOUNT, "7", ada), (ACCOUNT, "8", ada), (ACCOUNT, "9", byron)]
        assert open_conflicts(connection) == [("handles", ada, byron)]
