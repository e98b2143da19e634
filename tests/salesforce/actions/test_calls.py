"""Calls as people see them before they are sent, and findings of a check."""

import json

import pytest

from pipeline.deliver.dry_run import DryRun
from pipeline.model.activation import from_mapping
from pipeline.model.uses import Uses
from pipeline.salesforce.preflight import preflight
from tests.salesforce.actions.writer import change

VALUES = ("ada@example.com", "470515001", "0031000000000AAAAA", "Countess")


def expected_calls(writer, *changes):
    """Return the calls of a dry run as (step, path, body)."""
    run = DryRun(writer.worker.records.load(), writer.name)
    for each in changes:
        assert run.add(from_mapping({**each, "audience": writer.name})) == {}
    (expected,) = run.finish()
    return [(calls.step, calls.path, calls.body) for calls in expected.calls.values()]


def test_a_dry_run_shows_the_calls_without_values(writer, org):
    writer.configure("record", fields={"title": "Title"})
    rows = [change(riid="470515001", email="ada@example.com", title="Countess")]

    calls = expected_calls(writer, *rows)

    assert [step for step, _, _ in calls] == ["find", "write"]
    text = json.dumps(calls)
    assert not [value for value in VALUES if value in text]
    queries = [request["url"] for request in calls[0][2]["compositeRequest"]]
    assert queries[0].endswith("WHERE Responsys_RIID__c = … OR Email = …")
    (write,) = calls[1][2]["compositeRequest"]
    assert (write["method"], write["url"]) == ("PATCH", "/services/data/v66.0/composite/sobjects")
    assert write["httpHeaders"]["Sforce-Call-Options"] == "client=activation"


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("task", {"subject": "{type}", "key_field": "Responsys_Event_Key__c"}),
        ("member", {"campaign": "701000000000001", "member_status": "Sent"}),
        ("record", {"objects": ["Touch__c"], "key_field": "Key__c", "fields": {"title": "Title"}}),
        ("record", {"create": "Lead", "reach": "person", "fields": {"title": "Title"}}),
    ],
)
def test_a_dry_run_of_each_action_shows_no_value(writer, org, action, options):
    writer.configure(action, **options)

    calls = expected_calls(writer, change(id="0031000000000AAAAA", email="ada@example.com", title="Countess"))

    assert calls[-1][0] == "write"
    assert not [value for value in VALUES if value in json.dumps(calls)]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"fields": {"title": "Title"}}, None),
        ({"set": {"Status": "Working"}}, None),
        ({"objects": ["Contact"], "set": {"Status": "Working"}}, 'Contact has no field "Status"'),
        ({"fields": {"tier": "Tier__c"}}, 'Contact has no field "Tier__c"'),
        ({"objects": ["Lead"], "fields": {"x": "IsConverted"}}, "cannot be written by our user"),
    ],
)
def test_a_check_tells_what_the_org_lacks(writer, org, options, problem):
    writer.configure("record", **options)
    catalog = writer.worker.records.load()
    action = catalog.action_of(catalog.destinations[writer.name])

    found = preflight(writer.worker.clients(catalog.connectors["crm"]), Uses(actions=[action]))

    texts = [finding.text for finding in found if finding.check == "object" and not finding.ok]
    assert texts == [] if problem is None else problem in texts[0]


@pytest.mark.parametrize(("status", "ok"), [("Responded", True), ("Attended", False)])
def test_a_check_looks_at_the_statuses_of_a_campaign(writer, org, status, ok):
    (campaign,) = org.load("Campaign", {"Name": "Webinar"})
    writer.configure("member", campaign=campaign, member_status=status)
    catalog = writer.worker.records.load()
    action = catalog.action_of(catalog.destinations[writer.name])

    found = preflight(writer.worker.clients(catalog.connectors["crm"]), Uses(actions=[action]))

    assert [finding.ok for finding in found if finding.check == "campaign"] == [ok]
