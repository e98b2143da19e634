"""salesforce_record against an org of the emulator, by real delivery."""

from hashlib import sha256

import pytest

from tests.salesforce.actions.writer import change

ADA = {"LastName": "Byron", "Email": "ada@example.com"}
FIELDS = {"fields": {"title": "Title", "phone": "Phone"}}
LEAD = {**ADA, "Company": "Acme"}


def test_two_calls_write_200_people_found_by_their_address(writer, org):
    addresses = [f"p{n}@example.com" for n in range(200)]
    ids = org.load("Contact", *[{"LastName": f"L{n}", "Email": each} for n, each in enumerate(addresses)])
    writer.configure("record", **FIELDS)

    writer.deliver(*[change(f"p{n}", email=each, title=f"T{n}") for n, each in enumerate(addresses)])

    assert writer.letters() == []
    assert [org.record(each, "Contact")["Title"] for each in ids[:3]] == ["T0", "T1", "T2"]
    assert writer.calls() == ["composite", "composite"]
    assert writer.numbers() == {"received": 200, "sent": 200}


def test_a_record_that_is_so_already_is_left_alone(writer, org):
    (contact,) = org.load("Contact", {**ADA, "Title": "Countess", "Phone": "1"})
    stamp = org.record(contact, "Contact")["SystemModstamp"]
    writer.configure("record", **FIELDS)

    writer.deliver(
        change(salesforce_id=contact, title="Countess"), change("p2", email="none@example.com", title="x")
    )

    assert writer.numbers() == {"received": 2, "unchanged": 1}
    assert org.record(contact, "Contact")["SystemModstamp"] == stamp
    assert writer.letters() == [("p2", "NO_RECORD_FOUND", "find: no record has this email")]


def test_only_records_in_one_of_the_states_are_changed(writer, org):
    states = ["Open", "Qualified", "Working"]
    ids = org.load("Lead", *[{**LEAD, "Email": f"{each}@example.com", "Status": each} for each in states])
    writer.configure("record", objects=["Lead"], set={"Status": "Working"}, only_from={"Status": ["Open"]})

    writer.deliver(*[change(each, salesforce_id=each) for each in ids])

    assert [org.record(each, "Lead")["Status"] for each in ids] == ["Working", "Qualified", "Working"]
    assert writer.numbers() == {"received": 3, "sent": 1, "unchanged": 2}


def test_nothing_is_done_about_people_who_leave(writer, org):
    (contact,) = org.load("Contact", ADA)
    writer.configure("record", **FIELDS)

    writer.deliver(change(call_type="REMOVE", salesforce_id=contact, title="x"))

    assert writer.numbers() == {"received": 1, "unchanged": 1}
    assert writer.calls() == []


@pytest.mark.parametrize("key", ["salesforce_id", "riid", "email"])
def test_a_person_is_found_by_each_key(writer, org, key):
    (contact,) = org.load("Contact", {**ADA, "Responsys_RIID__c": "470515001"})
    identifiers = {"salesforce_id": contact[:15], "riid": "470515001", "email": " ADA@example.com"}
    writer.configure("record", **FIELDS)

    writer.deliver(change(title="x", **{key: identifiers[key]}))

    assert (org.record(contact, "Contact")["Title"], writer.letters()) == ("x", [])


def test_where_no_record_has_the_riid_the_address_counts(writer, org):
    (contact,) = org.load("Contact", ADA)
    writer.configure("record", fields={"riid": "Responsys_RIID__c"})

    writer.deliver(change(riid="470515001", email="ada@example.com"))

    assert org.record(contact, "Contact")["Responsys_RIID__c"] == "470515001"


def test_a_lead_and_a_contact_of_one_person_are_its_primary_record(writer, org):
    (lead,) = org.load("Lead", LEAD)
    contacts = org.load("Contact", ADA, ADA)
    org.order("clock", {"ahead": 60})
    org.load("Task", {"WhoId": contacts[1]})
    writer.configure("record", **FIELDS)

    writer.deliver(change(email="ada@example.com", title="x"))

    assert [org.record(each, "Contact").get("Title") for each in contacts] == [None, "x"]
    assert org.record(lead, "Lead").get("Title") is None


@pytest.mark.parametrize("other", [{"LastName": "Lovelace"}, {"Responsys_RIID__c": "2"}])
def test_records_of_different_people_are_ambiguous(writer, org, other):
    org.load("Contact", {**ADA, "Responsys_RIID__c": "1"}, {**ADA, **other})
    writer.configure("record", **FIELDS)

    writer.deliver(change(email="ada@example.com", title="x"))

    assert writer.letters() == [("p1", "Ambiguous", "find: 2 records of different people fit")]


def test_a_person_account_is_written_by_its_contact(writer, org):
    (account,) = org.load("Account", {"LastName": "Byron", "PersonEmail": "ada@example.com"})
    (contact,) = org.ids("Contact")
    writer.configure("record", **FIELDS)

    writer.deliver(change(salesforce_id=account, phone="1"), change("p2", email="ada@example.com", title="x"))

    assert writer.letters() == []
    written = org.record(contact, "Contact")
    assert (written["Phone"], written["Title"], org.record(account, "Account")["Phone"]) == ("1", "x", "1")


def test_a_person_account_comes_after_a_contact(writer, org):
    org.load("Account", {"LastName": "Byron", "PersonEmail": "ada@example.com"})
    (contact,) = org.load("Contact", ADA)
    writer.configure("record", **FIELDS)

    writer.deliver(change(email="ada@example.com", title="x"))

    assert org.record(contact, "Contact")["Title"] == "x"


def test_an_org_without_person_accounts(writer, org):
    org.order("fields", {"object": "Contact", "remove": ["IsPersonAccount"]})
    (contact,) = org.load("Contact", ADA)
    writer.configure("record", **FIELDS)

    writer.deliver(change(salesforce_id=contact, title="x"))
    writer.due()
    writer.deliver()

    assert org.record(contact, "Contact")["Title"] == "x"
    org.order("reset", {})  # the field was asked for once


def test_a_converted_lead_is_its_contact(writer, org):
    (lead,) = org.load("Lead", LEAD)
    contact = org.order("convert", {"lead": lead})["ConvertedContactId"]
    writer.configure("record", **FIELDS)

    writer.deliver(change(salesforce_id=lead, title="x"))

    assert org.record(contact, "Contact")["Title"] == "x"
    assert writer.calls() == ["composite"] * 3


def test_a_lead_converted_between_find_and_write_is_found_again(writer, org):
    (lead,) = org.load("Lead", LEAD)
    writer.configure("record", **FIELDS)

    writer.deliver(change(salesforce_id=lead, title="x"), steps=1)
    contact = org.order("convert", {"lead": lead})["ConvertedContactId"]
    writer.deliver()
    writer.due()
    writer.deliver()

    assert org.record(contact, "Contact")["Title"] == "x"
    assert writer.numbers() == {"received": 1, "sent": 1}


def test_merges_and_a_conversion_lead_to_one_contact(writer, org):
    leads = org.load("Lead", LEAD, LEAD)
    org.order("merge", {"master": leads[1], "losers": [leads[0]]})
    contact = org.order("convert", {"lead": leads[1]})["ConvertedContactId"]
    writer.configure("record", **FIELDS)

    writer.deliver(change(salesforce_id=leads[0], title="x"))

    assert org.record(contact, "Contact")["Title"] == "x"


def test_two_linked_contacts_that_were_merged_are_one_record(writer, org):
    contacts = org.load("Contact", ADA, ADA)
    org.order("merge", {"master": contacts[0], "losers": [contacts[1]]})
    writer.configure("record", **FIELDS)

    writer.deliver(
        change("p1", salesforce_id=contacts[0], title="x"), change("p2", salesforce_id=contacts[1], phone="1")
    )

    written = org.record(contacts[0], "Contact")
    assert (written["Title"], written["Phone"], writer.letters()) == ("x", "1", [])


def test_a_record_that_is_gone_is_not_found(writer, org):
    deleted, purged = org.load("Contact", ADA, ADA)
    org.order("delete", {"ids": [deleted]})
    org.order("purge", {"ids": [purged]})
    writer.configure("record", **FIELDS)

    writer.deliver(
        change("p1", salesforce_id=deleted, title="x"), change("p2", salesforce_id=purged, title="x")
    )

    assert [letter[:2] for letter in writer.letters()] == [
        ("p1", "NO_RECORD_FOUND"),
        ("p2", "NO_RECORD_FOUND"),
    ]


def test_the_id_of_a_task_is_none_of_a_person(writer, org):
    (task,) = org.load("Task", {"Subject": "x"})
    writer.configure("record", **FIELDS)

    writer.deliver(change(salesforce_id=task, title="x"), change("p2", title="x"))

    text = 'identifier "salesforce_id" is that of a Task: give that of a lead, a contact or a person account'
    assert writer.letters() == [
        ("p1", "Invalid", text),
        ("p2", "Invalid", "no identifier to find a record by: salesforce_id or riid or email"),
    ]


def test_all_records_with_an_address_are_reached(writer, org):
    contacts = org.load("Contact", ADA, {**ADA, "LastName": "Lovelace"}, {**ADA, "Title": "x"})
    leads = org.load("Lead", LEAD, LEAD)
    contact = org.order("convert", {"lead": leads[1], "contact": contacts[0]})
    writer.configure("record", reach="address", fields={"title": "Title"})

    writer.deliver(change(email="ada@example.com", title="x", salesforce_id=contacts[0]))

    assert contact["ConvertedContactId"] == contacts[0]
    assert [org.record(each, "Contact")["Title"] for each in contacts] == ["x"] * 3
    assert [org.record(each, "Lead").get("Title") for each in leads] == ["x", None]
    assert writer.numbers() == {"received": 1, "sent": 1}


def test_values_are_written_as_their_mapping_says(writer, org):
    (lead,) = org.load("Lead", LEAD)
    person = {
        "interest": {"salesforce": {"Lead": "Interest__c"}, "type": "choice", "values": {"CRM": "C"}},
        "phone": {"salesforce": "Phone", "type": "phone", "region": "FR"},
        "title": {"salesforce": "Title", "length": 5, "null": "blank"},
    }
    fields = {"interest": "Interest__c", "phone": "Phone", "title": "Title"}
    writer.configure("record", mappings={"person": person}, objects=["Lead"], fields=fields)

    writer.deliver(change(salesforce_id=lead, interest="C", phone="01 23 45 67 89", title=None))
    writer.deliver(change("p2", salesforce_id=lead, title="longer"))

    written = org.record(lead, "Lead")
    assert (written["Interest__c"], written["Phone"]) == ("CRM", "+33123456789")
    assert writer.letters() == [("p2", "Invalid", '"title" for Title is longer than 5 characters')]


def test_a_value_that_would_be_taken_for_a_reference_is_not_sent(writer, org):
    (contact,) = org.load("Contact", ADA)
    writer.configure("record", **FIELDS)

    writer.deliver(change(salesforce_id=contact, title="@{Contact0.records[0].Id}"))

    assert [letter[:2] for letter in writer.letters()] == [("p1", "Invalid")]


def test_a_lead_is_created_once_by_its_riid(writer, org):
    person = {"last_name": {"salesforce": "LastName", "create": "unknown"}, "title": {"salesforce": "Title"},
              "company": {"salesforce": {"Lead": "Company"}, "create": "unknown"}}  # fmt: skip
    options = {"create": "Lead", "mapping": "person", "fields": {"title": "Title", "email": "Email"}}
    writer.configure("record", mappings={"person": person}, **options)

    for title in ("x", "y"):
        writer.deliver(change(riid="470515001", email="new@example.com", title=title))
    writer.deliver(change("p2", email="other@example.com", title="x"))

    (lead,) = org.ids("Lead")
    expected = {
        "LastName": "unknown",
        "Company": "unknown",
        "Title": "y",
        "Email": "new@example.com",
        "Responsys_RIID__c": "470515001",
    }
    written = org.record(lead, "Lead")
    assert {name: written[name] for name in expected} == expected
    assert writer.letters() == [("p2", "NO_RECORD_FOUND", "find: no record has this email")]


def test_rows_of_another_object_are_upserted_in_one_call(writer, org):
    lines = ["Key__c string(64) external unique", "Kind__c string(40)", "Person__c reference to=Contact|Lead"]
    org.order("objects", {"name": "Touch__c", "prefix": "a01", "fields": lines})
    (contact,) = org.load("Contact", ADA)
    fields = {"kind": "Kind__c", "salesforce_id": "Person__c"}
    writer.configure("record", objects=["Touch__c"], key_field="Key__c", fields=fields)

    long = "a" * 100
    rows = [change(each[:9], id=each, kind=each[:9], salesforce_id=contact) for each in ("one", long)]
    writer.deliver(*rows)
    writer.deliver(*rows)

    written = [org.record(each, "Touch__c") for each in org.ids("Touch__c")]
    assert {(row["Kind__c"], row["Key__c"], row["Person__c"]) for row in written} == {
        ("one", "one", contact),
        ("aaaaaaaaa", sha256(long.encode()).hexdigest(), contact),
    }
    assert writer.calls() == ["composite"]


def test_a_destination_needs_no_more_than_its_own_object(writer, org):
    (contact,) = org.load("Contact", ADA)
    writer.configure("record", objects=["Lead"], fields={"title": "Title"})

    writer.deliver(change(salesforce_id=contact, title="x"))

    assert writer.letters() == [("p1", "NO_RECORD_FOUND", "find: the record is a Contact, none of Lead")]


def test_without_objects_those_with_all_fields_are_written(writer, org):
    """Leads have a status, contacts have none."""
    org.load("Contact", ADA)
    (lead,) = org.load("Lead", LEAD)
    writer.configure("record", set={"Status": "Working"})

    writer.deliver(change(email="ada@example.com"))
    writer.due()
    writer.deliver()
    assert (org.record(lead, "Lead")["Status"], writer.calls()) == ("Working", ["composite"] * 3)

    writer.deliver(change("p2", email="ada@example.com"))
    assert writer.calls() == ["composite"] * 4  # it is so already, and the fields are known


def test_fields_that_neither_leads_nor_contacts_have_hold_the_destination(writer, org):
    org.load("Contact", ADA)
    writer.configure("record", set={"Tier__c": "gold"})

    writer.deliver(change(email="ada@example.com"))

    assert writer.hold() == "INVALID_FIELD: neither Contact nor Lead has all of Tier__c for our user"
