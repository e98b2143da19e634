"""schemas.salesforce_record, salesforce_task and salesforce_member."""

import pytest

from pipeline.records.configuration import check_document

RECORD = {"action": "salesforce_record", "fields": {"title": "Title"}}
TOUCH = {"action": "salesforce_record", "objects": ["Touch__c"], "key_field": "Key__c", "set": {"A": 1}}
TASK = {"action": "salesforce_task", "subject": "Call back"}
MEMBER = {"action": "salesforce_member", "campaign": "701000000000001", "member_status": "Responded"}


def loaded(options, **changes):
    """Return a destination as it is read, and what is wrong with it."""
    given = {"audience": "hot", "connector": "crm", **options, **changes}
    documents, problems = check_document(
        {"destinations": {"d": {name: value for name, value in given.items() if value is not None}}}
    )
    return documents["destinations"].get("d"), [each.removeprefix("destinations.d.") for each in problems]


@pytest.mark.parametrize(
    "options",
    [
        RECORD,
        {**RECORD, "objects": ["Lead"], "set": {"Status": "Working"}, "only_from": {"Status": ["Open"]}},
        {**RECORD, "reach": "address", "duplicates": "allow"},
        {**RECORD, "create": "Lead", "mapping": "person"},
        TOUCH,
        {**TASK, "description": ["captured_at"], "day": "captured_at", "reminder": "1h"},
        {**TASK, "description": "for people", "key_field": "Key__c", "queue_owner": "005000000000001AAA"},
        MEMBER,
    ],
)
def test_options_that_may_be(options):
    assert loaded(options)[1] == []


def test_ids_are_kept_as_18_characters():
    assert loaded(MEMBER)[0]["campaign"] == "701000000000001AAA"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({**RECORD, "fields": None}, 'fields: is missing: say what is written, or give "set"'),
        ({**RECORD, "fields": {"x": "Account.Name"}},
         'fields.x: must be the name of a field, such as "Title"'),
        ({**RECORD, "set": {"title": "x"}}, "set.title: gets a value from fields already"),
        ({**RECORD, "set": {"Title2": "@{x}"}}, 'set.Title2: must not contain "@{"'),
        ({**RECORD, "objects": []}, "objects: must be a list of at least one object, each once"),
        ({**RECORD, "objects": ["Lead", "Touch__c"]},
         "objects: must be Lead and Contact, or one other object alone"),
        ({**RECORD, "objects": ["Contact"], "create": "Lead"}, 'create: goes with "Lead" in objects'),
        ({**RECORD, "key_field": "Key__c"},
         "key_field: goes with another object than Lead and Contact, which are found by their ids"),
        ({**TOUCH, "key_field": None},
         "key_field: is missing: the unique external id that records of Touch__c are upserted by"),
        ({**TOUCH, "reach": "address"}, "reach: goes with Lead and Contact alone"),
        ({**TASK, "subject": None}, "subject: is missing"),
        ({**TASK, "reminder": "soon"}, "reminder: must be a length of time: 90s, 30m, 2h, 7d or 1w"),
        ({**TASK, "queue_owner": "003000000000001"},
         "queue_owner: must be the id of a user: those begin with 005"),
        ({**MEMBER, "campaign": "Webinar"}, "campaign: must be the id of a campaign, of 15 or 18 characters"),
        ({**MEMBER, "status": "Sent"}, "status: is not a known key"),
    ],
)  # fmt: skip
def test_options_that_may_not_be(options, problem):
    assert loaded(options)[1] == [problem]


@pytest.mark.parametrize("field", ["HasOptedOutOfEmail", "DoNotCall", "PersonHasOptedOutOfEmail"])
def test_wishes_about_a_channel_have_no_fixed_value(field):
    (problem,) = loaded({**RECORD, "set": {field: True}})[1]
    assert problem.startswith(f'set.{field}: "{field}" holds a wish about a channel')
