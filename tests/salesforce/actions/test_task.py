"""salesforce_task against an org of the emulator, by real delivery."""

import pytest

from tests.salesforce.actions.writer import change

PERSON = {"LastName": "Byron", "Email": "ada@example.com"}
LOG = {
    "subject": "{type}: {campaign_name}",
    "description": ["captured_at", "offer_url"],
    "day": "captured_at",
    "status": "Completed",
}
KEYED = {**LOG, "key_field": "Responsys_Event_Key__c"}
CLICK = {
    "type": "CLICK",
    "campaign_name": "Spring",
    "captured_at": "2026-11-20T23:30:00Z",
    "offer_url": "https://x",
}


@pytest.fixture
def contact(org):
    return org.load("Contact", PERSON)[0]


def tasks(org):
    return [org.record(each, "Task") for each in org.ids("Task")]


def test_a_task_tells_of_an_event(writer, org, contact):
    writer.configure("task", **LOG)

    writer.deliver(change(salesforce_id=contact, **CLICK))

    (task,) = tasks(org)
    assert {
        name: task.get(name) for name in ("WhoId", "Subject", "Status", "ActivityDate", "Description")
    } == {
        "WhoId": contact,
        "Subject": "CLICK: Spring",
        "Status": "Completed",
        "ActivityDate": "2026-11-21",  # in Paris
        "Description": "captured_at: 2026-11-20T23:30:00Z\noffer_url: https://x",
    }
    assert task["OwnerId"] == org.record(contact, "Contact")["OwnerId"]
    assert writer.calls() == ["composite", "composite"]


def test_a_repeated_activation_changes_its_task(writer, org, contact):
    writer.configure("task", **KEYED)

    writer.deliver(change(salesforce_id=contact, id="click-1", **CLICK))
    writer.deliver(change("p2", salesforce_id=contact, id="click-1", **{**CLICK, "type": "OPEN"}))
    writer.deliver(change("p2", salesforce_id=contact, id="x" * 100, **CLICK))

    found = tasks(org)
    assert sorted(len(task["Responsys_Event_Key__c"]) for task in found) == [7, 64]
    assert {task["Subject"] for task in found} == {"OPEN: Spring", "CLICK: Spring"}
    assert writer.calls() == ["composite"] * 6


def test_the_owner_of_a_lead_in_a_queue_is_named_by_the_destination(writer, org):
    (queue,) = org.load("Group", {"Name": "Leads", "Type": "Queue"})
    users = org.load("User", {"Name": "Bob", "Username": "bob@example.com"})
    (lead,) = org.load("Lead", {**PERSON, "Company": "Acme", "OwnerId": queue})
    for options, owner in (({"queue_owner": users[0]}, users[0]), ({}, org.ask("org")["api_user"])):
        writer.configure("task", subject="Call back", reminder="1h", **options)
        writer.deliver(change(salesforce_id=lead))
        task = tasks(org)[-1]
        assert (task["OwnerId"], task["IsReminderSet"], task["Status"]) == (owner, True, "Not Started")
    assert writer.letters() == []


@pytest.mark.parametrize(("options", "count"), [(LOG, 0), (KEYED, 1)])
def test_a_plain_task_is_never_created_twice(writer, org, contact, options, count):
    """Nobody knows whether the first call arrived."""
    writer.configure("task", **options)
    writer.deliver(change(salesforce_id=contact, id=f"cut-{count}", **CLICK), steps=1)
    org.order("faults", [{"kind": "close", "function": "composite", "times": 1}])

    writer.deliver()
    writer.due()
    writer.deliver()

    assert len(tasks(org)) == count
    assert [letter[1] for letter in writer.letters()] == ["OutcomeUnknown"] * (1 - count)


def test_a_worker_killed_before_the_write_has_created_no_task(writer, org, contact):
    writer.configure("task", **LOG)

    writer.die(change(salesforce_id=contact, **CLICK), steps=0)
    writer.due()
    writer.deliver()

    assert (len(tasks(org)), writer.letters()) == (1, [])


def test_a_lead_converted_after_it_was_found_is_found_again(writer, org):
    (lead,) = org.load("Lead", {**PERSON, "Company": "Acme"})
    writer.configure("task", **LOG)

    writer.deliver(change(salesforce_id=lead, **CLICK), steps=1)
    contact = org.order("convert", {"lead": lead})["ConvertedContactId"]
    writer.deliver()
    writer.due()
    writer.deliver()

    (task,) = tasks(org)
    assert (task["WhoId"], writer.letters()) == (contact, [])


def test_a_task_is_of_a_lead_or_contact_alone(writer, org):
    (campaign,) = org.load("Campaign", {"Name": "Webinar"})
    (company,) = org.load("Account", {"Name": "Acme"})
    writer.configure("task", **LOG)

    writer.deliver(
        change("p1", salesforce_id=campaign, **CLICK), change("p2", salesforce_id=company, **CLICK)
    )

    letters = [letter[:2] for letter in writer.letters()]
    assert (letters, tasks(org)) == ([("p1", "Invalid"), ("p2", "NO_RECORD_FOUND")], [])


def test_a_day_that_is_none_and_a_text_that_is_a_reference(writer, org, contact):
    writer.configure("task", **LOG)

    writer.deliver(
        change("p1", salesforce_id=contact, captured_at="soon"),
        change("p2", salesforce_id=contact, type="@{x}"),
    )

    assert [letter[:2] for letter in writer.letters()] == [("p1", "Invalid")]
    assert [task["Subject"] for task in tasks(org)] == ["@ {x}:"]
