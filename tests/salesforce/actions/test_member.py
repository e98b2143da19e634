"""salesforce_member against an org of the emulator, by real delivery."""

import pytest

from tests.salesforce.actions.writer import change

PERSON = {"LastName": "Byron", "Email": "ada@example.com"}


@pytest.fixture
def campaign(org):
    return org.load("Campaign", {"Name": "Webinar"})[0]


def statuses(org):
    members = [org.record(each, "CampaignMember") for each in org.ids("CampaignMember")]
    return {member["LeadOrContactId"]: member["Status"] for member in members}


def test_people_by_their_ids_become_members_or_change_in_two_calls(writer, org, campaign):
    (lead,) = org.load("Lead", {**PERSON, "Company": "Acme"})
    member, so_already = org.load("Contact", PERSON, PERSON)
    links = {member: "Sent", so_already: "Responded"}
    org.load(
        "CampaignMember",
        *[{"CampaignId": campaign, "ContactId": who, "Status": status} for who, status in links.items()],
    )
    writer.configure("member", campaign=campaign[:15], member_status="responded")

    writer.deliver(*[change(each, salesforce_id=each) for each in (lead, member, so_already)])

    assert statuses(org) == dict.fromkeys((lead, member, so_already), "Responded")
    assert writer.calls() == ["composite", "composite"]
    assert writer.numbers() == {"received": 3, "sent": 2, "unchanged": 1}


def test_people_by_their_address_take_three_calls(writer, org, campaign):
    (contact,) = org.load("Contact", PERSON)
    org.load("CampaignMember", {"CampaignId": campaign, "ContactId": contact, "Status": "Sent"})
    (other,) = org.load("Contact", {"LastName": "B", "Email": "b@example.com"})
    writer.configure("member", campaign=campaign, member_status="Responded")

    writer.deliver(change("p1", email="ada@example.com"), change("p2", email="b@example.com"))

    assert statuses(org) == {contact: "Responded", other: "Responded"}
    assert writer.calls() == ["composite"] * 3


def test_a_converted_lead_is_a_member_by_its_contact(writer, org, campaign):
    (lead,) = org.load("Lead", {**PERSON, "Company": "Acme"})
    org.load("CampaignMember", {"CampaignId": campaign, "LeadId": lead, "Status": "Sent"})
    contact = org.order("convert", {"lead": lead})["ConvertedContactId"]
    writer.configure("member", campaign=campaign, member_status="Responded")

    writer.deliver(change(salesforce_id=lead))

    assert (statuses(org), writer.letters()) == ({contact: "Responded"}, [])


def test_a_person_who_became_a_member_meanwhile_is_found_again(writer, org, campaign):
    (contact,) = org.load("Contact", PERSON)
    writer.configure("member", campaign=campaign, member_status="Responded")

    writer.deliver(change(salesforce_id=contact), steps=1)
    org.load("CampaignMember", {"CampaignId": campaign, "ContactId": contact, "Status": "Sent"})
    writer.deliver()
    writer.due()
    writer.deliver()

    assert (statuses(org), writer.letters()) == ({contact: "Responded"}, [])


def test_a_status_that_the_campaign_does_not_have_holds_the_destination(writer, org, campaign):
    (contact,) = org.load("Contact", PERSON)
    writer.configure("member", campaign=campaign, member_status="Attended")

    writer.deliver(change(salesforce_id=contact))

    text = f'campaign {campaign} has no member status "Attended"; there are: Sent, Responded'
    assert writer.hold() == f"INVALID_MEMBER_STATUS: {text}"
    assert (statuses(org), writer.letters()) == ({}, [])


def test_a_campaign_that_is_not_there_holds_the_destination(writer, org):
    (contact,) = org.load("Contact", PERSON)
    campaign = "701000000000099AAA"
    writer.configure("member", campaign=campaign, member_status="Responded")

    writer.deliver(change(salesforce_id=contact))

    text = f'campaign {campaign} has no member status "Responded"; there are: none that our user sees'
    assert writer.hold() == f"INVALID_MEMBER_STATUS: {text}"
    assert (statuses(org), writer.letters()) == ({}, [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_write_whose_answer_was_cut_off_is_repeated(writer, org, campaign, when):
    (contact,) = org.load("Contact", PERSON)
    writer.configure("member", campaign=campaign, member_status="Responded")
    writer.deliver(change(salesforce_id=contact), steps=1)
    org.order("faults", [{"kind": "close", "function": "composite", "when": when, "times": 1}])

    for _ in range(3):
        writer.deliver()
        writer.due()

    assert (statuses(org), writer.letters()) == ({contact: "Responded"}, [])
