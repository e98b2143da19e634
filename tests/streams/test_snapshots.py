"""Snapshots of Salesforce: all members of a campaign; those that are missing leave."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from pipeline.errors import PipelineError
from pipeline.model.source import SalesforceSource
from pipeline.produce.appender import Appender
from pipeline.records import mirror
from pipeline.records.records import Records
from pipeline.runtime.source_runner import SourceRunner
from pipeline.stores.stream_tables import streams as table
from tests.environment import ACME, LAPSED
from tests.fixtures.intake import Bell

CRM = {"kind": "salesforce", "host": "", "client_id": "3MVG9LOCAL", "client_secret": "local-secret"}
WEBINAR = {
    "kind": "salesforce", "connector": "crm", "object": "CampaignMember", "mapping": "member", "every": 60,
    "snapshot": True, "audience": "webinar", "where": {"Status": ["Registered", "Responded"]},
}  # fmt: skip
MAPPING = {"member_status": {"salesforce": "Status"}}


@pytest.fixture
def runner(streams, sqlite, vault, connector):
    """Runs the source of an installation with one destination."""
    records = Records(sqlite, vault)
    crm = {**CRM, "host": connector.host}
    records.apply({
        "connectors": {"acme": ACME, "crm": crm},
        "destinations": {"webinar": {**LAPSED, "audience": "webinar"}},
        "mappings": {"member": MAPPING},
        "sources": {"webinar": WEBINAR},
    })  # fmt: skip
    mirror.refresh(streams.redis, records)
    return SourceRunner(streams.redis, records, lambda: streams.events, lambda _: streams.client)


def run(runner: SourceRunner, **options: Any) -> Any:
    catalog = runner.records.load()
    appender = Appender(runner.redis, Bell(), sleep=lambda _: None)
    return runner.run(catalog, catalog.sources["webinar"], appender, **options)


@pytest.fixture
def members(org):
    """Two that registered, one of them no contact that a source has read, and one that was only invited."""
    (campaign,) = org.load("Campaign", {"Name": "Webinar"})
    for label in ("Invited", "Registered", "Responded"):
        org.load("CampaignMemberStatus", {"CampaignId": campaign, "Label": label})
    (lead,) = org.load("Lead", {"LastName": "L", "Company": "C", "Email": "l@example.com"})
    contact, other = org.load("Contact", {"LastName": "A", "Email": "a@example.com"}, {"LastName": "B"})
    ids = org.load(
        "CampaignMember",
        {"CampaignId": campaign, "LeadId": lead, "Status": "Registered"},
        {"CampaignId": campaign, "ContactId": contact, "Status": "Responded"},
        {"CampaignId": campaign, "ContactId": other, "Status": "Invited"},
    )
    return [*ids, lead, contact]


def test_members_enter_and_those_that_are_missing_leave(streams, org, runner, members):
    first, _, _, lead, contact = members

    outcome = run(runner)

    assert (outcome.counts.members, outcome.sent) == (2, True)
    sent = {each.identifiers["salesforce_id"]: each for each in streams.taken()}
    assert set(sent) == {lead, contact}
    assert sent[contact].identifiers == {"salesforce_id": contact, "email": "a@example.com"}
    assert sent[contact].variables == {"member_status": "Responded"}

    org.order("delete", {"ids": [first]})
    run(runner, confirm=lambda _: True)

    assert [(each.call_type, each.profile_id) for each in streams.taken()] == [
        ("REMOVE", sent[lead].profile_id)
    ]


def test_another_org_under_the_same_host_lets_nobody_leave(streams, runner, members):
    run(runner)
    streams.taken()
    with streams.events.begin() as connection:
        connection.execute(update(table).values(org="00D000000000009AAA"))

    with pytest.raises(PipelineError, match="OTHER_ORG: the host is now that of org"):
        run(runner, confirm=lambda _: True)

    hold = runner.records.load().holds["source", "webinar"]
    assert (hold.code, streams.taken()) == ("OTHER_ORG", [])


def test_too_many_that_leave_hold_the_source(streams, org, runner, members):
    run(runner)
    streams.taken()
    org.order("delete", {"ids": members[:2]})

    assert run(runner).sent is False

    hold = runner.records.load().holds["source", "webinar"]
    assert (hold.code, streams.taken()) == ("STOPPED", [])


def test_members_of_a_snapshot_are_people_that_streams_know(streams, runner, members):
    leads = SalesforceSource(
        name="leads", every=2, audience="people", connector="crm", object="Lead", mapping="person"
    )
    streams.run(replace(leads))
    known = {each.identifiers["salesforce_id"]: each.profile_id for each in streams.taken()}

    run(runner)

    sent = {each.identifiers["salesforce_id"]: each.profile_id for each in streams.taken()}
    assert sent[members[3]] == known[members[3]]


def test_an_object_that_cannot_be_read_holds_the_source(streams, org, runner, members):
    org.order("fields", {"object": "CampaignMember", "hide": ["Status"]})

    with pytest.raises(Exception, match="INVALID_FIELD"):
        run(runner)

    assert runner.records.load().holds["source", "webinar"].code == "INVALID_FIELD"
    org.order("reset", {"calls_only": True})  # the query was one that no client should make


def test_a_refused_login_holds_the_connector_alone(org, runner):
    org.order("faults", [{"kind": "error", "function": "login", "errorCode": "app_not_found"}])
    appender = Appender(runner.redis, Bell(), sleep=lambda _: None)

    said = [runner.run_by_schedule(runner.records.load(), "webinar", appender) for _ in range(2)]

    assert said == ["webinar: its connector is held: `activation status` tells why"] * 2
    assert list(runner.records.load().holds) == [("connector", "crm")]
