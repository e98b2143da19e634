"""Identifiers that a batch is briefed with."""

from sqlalchemy import update

from pipeline.people.accounts import riid_account
from pipeline.people.known_identifiers import known_identifiers
from pipeline.stores.people_tables import handles
from tests.event_files.folder import enter
from tests.people.records import ACCOUNT, ORG, record, take

LEAD, CONTACT, OTHER = "00Q000000000001AAA", "003000000000001AAA", "003000000000002AAA"


def known(engine, profiles, **scopes):
    with engine.connect() as connection:
        return known_identifiers(connection, profiles, **scopes)


def test_a_person_is_known_by_its_riid_and_its_primary_record(events):
    (person, _) = take(events, record(LEAD, "ada@example.com", riid="7"), record(CONTACT, "ada@example.com"))
    (byron,) = take(events, record(OTHER))

    found = known(events, [f"person:{person}", f"person:{byron}", "person:99", "p-1"])

    assert found == {
        f"person:{person}": {"riid": "7", "salesforce_id": CONTACT},
        f"person:{byron}": {"salesforce_id": OTHER},
    }


def test_another_account_and_another_org_are_left_out(events):
    (person,) = take(events, record(LEAD, riid="7"))
    profile = f"person:{person}"

    assert known(events, [profile], account="other", org=ORG) == {profile: {"salesforce_id": LEAD}}
    assert known(events, [profile], account=ACCOUNT, org="other") == {profile: {"riid": "7"}}


def test_a_former_number_is_known_and_a_converted_lead_is_no_address(events):
    lead, contact = record(LEAD, "ada@example.com"), record(CONTACT, "ada.lovelace@example.com")
    former = max(take(events, lead, contact))
    take(events, record(LEAD, "ada@example.com", contact=CONTACT))

    assert known(events, [f"person:{former}"]) == {f"person:{former}": {"salesforce_id": CONTACT}}


def test_the_riid_that_responsys_told_last_counts(events):
    (person,) = take(events, record(LEAD, riid="7"))
    take(events, record(LEAD, riid="8"))
    assert known(events, [f"person:{person}"])[f"person:{person}"]["riid"] == "7"

    with events.begin() as connection:
        connection.execute(update(handles).where(handles.c.value == "8").values(told_at=1))

    assert known(events, [f"person:{person}"])[f"person:{person}"]["riid"] == "8"


def test_the_account_is_that_of_files_if_they_are_all_of_one(events, tmp_path):
    def account():
        with events.connect() as connection:
            return riid_account(connection, "own")

    assert account() == "own"
    for number, expected in ((12, "12"), (13, "own")):
        path = tmp_path / f"{number}_CLICK_20260105_000000.txt"
        path.write_text("RIID\n")
        enter(events, path)
        assert account() == expected
