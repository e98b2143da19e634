"""Assigning people to records of Salesforce."""

import pytest
from sqlalchemy import func, insert, select

from pipeline.people.primary import primaries_of
from pipeline.people.record_identity import sha256
from pipeline.stores.people_tables import conflicts, handles
from tests.people.records import ACCOUNT, ORG, open_conflicts, record, take

CONTACT, OTHER = "003000000000001AAA", "003000000000002AAA"
LEAD, SECOND = "00Q000000000001AAA", "00Q000000000002AAA"
PERSON_ACCOUNT = "001000000000001AAA"
ADA = "ada@example.com"


def conflicts_of(engine):
    with engine.connect() as connection:
        return open_conflicts(connection)


def primary(engine, person):
    with engine.connect() as connection:
        return primaries_of(connection, [person]).get(person)


def test_a_record_keeps_its_person_when_it_is_read_again(events):
    first = take(events, record(LEAD, ADA))

    assert take(events, record(LEAD, ADA, stamp=2_000)) == first
    assert take(events, record(LEAD, "new@example.com", stamp=3_000)) == first


def test_records_with_one_address_and_one_family_name_are_one_person(events):
    lead, contact = take(events, record(LEAD, ADA), record(CONTACT, "ADA@example.com ", "LOVELACE"))

    assert lead == contact
    assert take(events, record(SECOND, "Ada@Example.com", " lovelace")) == [lead]
    assert primary(events, lead) == CONTACT


def test_records_without_anything_in_common_are_different_people(events):
    assert len(set(take(events, record(LEAD), record(CONTACT), record(OTHER, ADA)))) == 3


def test_the_person_of_event_files_is_found_by_address_and_by_riid(events):
    with events.begin() as connection:
        rows = [
            (1, "riid", ACCOUNT, "99", 1),
            (2, "email", "", sha256(ADA), 1),
            (3, "riid", "other", "99", 3),
        ]
        names = ("id", "kind", "scope", "value", "person")
        connection.execute(insert(handles), [dict(zip(names, row, strict=True)) for row in rows])

    assert take(events, record(LEAD, ADA)) == [1]
    assert take(events, record(CONTACT, riid="0099")) == [1]


def test_an_address_that_is_two_people_is_a_conflict(events):
    lead, first = record(LEAD, ADA), record(CONTACT, ADA, "Byron")

    ada, byron = take(events, lead, first)

    assert ada != byron
    assert (lead.conflict, first.conflict is None) == (None, False)
    assert conflicts_of(events) == [("family_name", byron, ada)]
    assert take(events, record(OTHER, ADA, "Byron"), record(SECOND, ADA)) == [byron, ada]
    assert conflicts_of(events) == [("family_name", byron, ada)]


def test_a_conflict_keeps_no_address(events):
    take(events, record(LEAD, ADA), record(CONTACT, ADA, "Byron"))

    with events.connect() as connection:
        kept = connection.scalar(select(conflicts.c["values"]))
    assert kept["record"] == CONTACT
    assert [handle["value"] for handle in kept["handles"]] == [sha256(ADA)]


def test_handles_that_name_different_people_are_a_conflict(events):
    ada, other = take(events, record(LEAD, ADA), record(OTHER, riid="7"))
    third = record(CONTACT, ADA, riid="7", keys={"Customer__c": "C-1"})

    (own,) = take(events, third)

    assert len({ada, other, own}) == 3
    assert third.conflict
    assert conflicts_of(events) == [("handles", own, min(ada, other))]
    assert take(events, record(SECOND, keys={"Customer__c": "C-1"})) != [own]  # it gave its key to nobody


def test_a_riid_that_moves_to_another_person_moves_nothing(events):
    ada, byron = take(
        events, record(LEAD, ADA, riid="7"), record(CONTACT, "b@example.com", "Byron", riid="8")
    )
    moved = record(LEAD, ADA, riid="8", stamp=2_000)

    assert take(events, moved) == [ada]
    assert moved.conflict
    assert conflicts_of(events) == [("handles", ada, byron)]


def test_a_conflict_ends_with_its_cause(events):
    take(events, record(LEAD, ADA, riid="7"), record(CONTACT, "b@example.com", "Byron", riid="8"))
    take(events, record(LEAD, ADA, riid="8", stamp=2_000))
    back = record(LEAD, ADA, riid="7", stamp=3_000)

    take(events, back)

    assert not back.conflict
    assert conflicts_of(events) == []


def test_merging_two_linked_contacts_moves_the_primary_to_the_survivor(events):
    (person, _) = take(events, record(CONTACT, ADA, riid="7", stamp=9_000), record(OTHER, ADA))
    assert primary(events, person) == CONTACT

    loser = record(CONTACT, ADA, riid="7", gone=True, survivor=OTHER, stamp=10_000)

    assert take(events, loser) == [person]
    assert primary(events, person) == OTHER
    assert take(events, record(LEAD, riid="7")) == [person]


def test_merging_records_of_two_people_makes_them_one(events):
    one, other = take(events, record(CONTACT, ADA), record(OTHER, "b@example.com", "Byron"))

    assert take(events, record(OTHER, gone=True, survivor=CONTACT)) == [one]
    assert take(events, record(SECOND, "b@example.com", "Byron")) == [one]
    assert min(one, other) == one


def test_a_merge_settles_the_question_between_two_people(events):
    ada, byron = take(events, record(CONTACT, ADA), record(OTHER, ADA, "Byron"))
    assert conflicts_of(events) == [("family_name", byron, ada)]
    survivor = record(OTHER, ADA, "Byron", stamp=2_000)

    take(events, record(CONTACT, gone=True, survivor=OTHER), survivor)

    assert conflicts_of(events) == []
    assert survivor.person == ada
    assert not survivor.conflict


@pytest.mark.parametrize("contact_first", [True, False])
def test_a_converted_lead_and_its_contact_are_one_person(events, contact_first):
    lead = record(LEAD, ADA, riid="7", contact=CONTACT)
    contact = record(CONTACT, "ada.lovelace@example.com")
    pages = [contact, lead] if contact_first else [lead, contact]

    take(events, record(LEAD, ADA, riid="7"))
    for page in pages:
        take(events, page)
    people = take(events, lead, contact)

    assert len(set(people)) == 1
    assert primary(events, people[0]) == CONTACT
    assert conflicts_of(events) == []


def test_a_person_account_comes_after_a_contact_and_before_a_lead(events):
    shadow = record(CONTACT, ADA, fields={"IsPersonAccount": True})
    (person, *_) = take(events, record(LEAD, ADA), record(PERSON_ACCOUNT, ADA), shadow)
    assert primary(events, person) == PERSON_ACCOUNT

    take(events, record(OTHER, ADA))

    assert primary(events, person) == OTHER


def test_the_lead_of_a_queue_has_a_person_like_any_other(events):
    (person,) = take(events, record(LEAD, ADA, fields={"OwnerId": "00G000000000001AAA"}))

    assert primary(events, person) == LEAD


def test_the_most_active_record_of_a_kind_is_the_primary(events):
    (person, _) = take(events, record(CONTACT, ADA, stamp=5_000), record(OTHER, ADA, stamp=6_000))
    assert primary(events, person) == OTHER

    take(events, record(CONTACT, ADA, stamp=7_000))

    assert primary(events, person) == CONTACT


def test_a_deleted_record_leaves_its_person_orphaned(events):
    (person,) = take(events, record(LEAD, ADA, riid="7"))

    assert take(events, record(LEAD, ADA, riid="7", gone=True)) == [person]
    assert primary(events, person) is None
    assert take(events, record(CONTACT, ADA)) == [person]


def test_a_record_that_was_deleted_before_it_was_met_is_nobody(events):
    assert take(events, record(LEAD, ADA, gone=True)) == [None]


def test_a_person_has_the_smallest_number_of_its_handles(events):
    """Handles are numbered before it is known which of them are stored."""
    survivor, merged = record(OTHER, gone=True), record(CONTACT, gone=True, survivor=OTHER)

    take(events, survivor, merged, record(LEAD, ADA))

    numbers = select(handles.c.person, func.min(handles.c.id)).group_by(handles.c.person)
    with events.connect() as connection:
        found = connection.execute(numbers).all()
    assert len(found) == 2
    assert all(person == smallest for person, smallest in found)


def test_a_row_of_a_history_has_the_person_of_its_people(events):
    ada, byron = take(events, record(CONTACT, ADA), record(OTHER, "b@example.com", "Byron"))
    row = {"org": ORG, "source": "stages", "stamp": 1}

    people = take(
        events,
        record(LEAD, people=(CONTACT,), **row),
        record(LEAD, people=(CONTACT, OTHER), **row),
        record(LEAD, people=(SECOND,), **row),
        record(LEAD, people=(OTHER, SECOND), **row),
    )

    assert people == [ada, None, None, byron]


def test_a_deal_is_no_person(events):
    deal = record(LEAD, family="", stamp=1)
    deal.table = "Opportunity"

    assert take(events, deal) == [None]


def test_a_contact_that_a_member_named_is_found_by_its_address_when_it_is_read(events):
    (ada,) = take(events, record(LEAD, ADA))
    (named,) = take(events, record(CONTACT, family=""))
    assert named != ada

    assert take(events, record(CONTACT, ADA)) == [ada]
    assert conflicts_of(events) == []


def test_a_record_is_alone_if_its_person_was_made_for_it_and_has_no_other(events):
    alone, lead, contact = (
        record("003000000000001AAA", "ada@example.com"),
        record("00Q000000000002EAA", "bob@example.com", "Bell"),
        record("003000000000002AAA", "bob@example.com", "Bell"),
    )
    take(events, alone, lead, contact)
    later = record("00Q000000000003EAA", "ada@example.com")
    converted = record("00Q000000000004EAA", "eve@example.com", "Eve", contact="003000000000009AAA")

    take(events, later, converted)

    assert [each.alone for each in (alone, lead, contact, later, converted)] == [True, *[False] * 4]
