"""pipeline.operate.planning: calls and hours of so many records, without any account."""

import pytest

from pipeline.lanes.pace import pace_of
from pipeline.model.day_use import DayUse
from pipeline.operate.plan_document import plan_document
from pipeline.operate.planning import plan
from pipeline.records.kinds import connector_documents, destination_documents
from schemas.configuration import configuration_schema
from tests.environment import ACME
from tests.operate.status.test_day_counts import CRM

ENTRY = {
    "audience": "nurture-crm", "connector": "acme", "action": "program_entry", "event": "NURTURE_CRM",
    "identifiers": {"riid": "RIID_", "email": "EMAIL_ADDRESS_"},
    "match_column_1": ["RIID_", "EMAIL_ADDRESS_"],
    "columns": {"first_name": "FIRST_NAME"}, "fields": {"company": "COMPANY"},
    "insert_on_no_match": True, "new_members": "optin",
}  # fmt: skip
MEMBER = {
    "audience": "hot", "connector": "crm", "action": "salesforce_member",
    "campaign": "701000000000001AAA", "member_status": "Responded",
}  # fmt: skip
BACK = {"connector": "crm", "action": "salesforce_record", "fields": {"title": "Title"}}
SOURCE = {"kind": "salesforce", "connector": "crm", "object": "Contact", "mapping": "person", "every": 2}
MILLION = 1_000_000


@pytest.fixture
def catalog(records):
    wanted = configuration_schema(connector_documents(), destination_documents()).load(
        {
            "connectors": {"acme": ACME, "crm": CRM},
            "mappings": {"person": {"title": {"salesforce": "Department"}}},
            "sources": {
                "leads": {**SOURCE, "object": "Lead"},
                "contacts": {**SOURCE, "audience": "people"},
                "all": {**SOURCE, "snapshot": True, "audience": "all"},
                "members": {
                    "kind": "responsys",
                    "connector": "acme",
                    "columns": {"TITLE": "title"},
                    "fields_table": "LOYALTY",
                    "fields": {"TIER": "tier"},
                    "audience": "members",
                },
            },
            "rules": {"nurture-crm": {"source": "leads", "on": "new", "audience": "nurture-crm"}},
            "destinations": {
                "nurture-crm": ENTRY,
                "hot-member": MEMBER,
                "all-member": {**MEMBER, "audience": "all"},
                "back": {**BACK, "audience": "people", "priority": "first"},
            },
        }
    )
    records.apply(wanted, prune=True)
    return records.load()


def planned(catalog, scope, name, records=MILLION, told=None):
    def known(connector, function):
        return pace_of(connector, function, told if connector.name == "crm" else None, {}, {}, 0, 60)

    return plan_document(plan(catalog, scope, name, records, known))


def calls(document):
    return [(one["destination"], one["function"], one["calls"]) for one in document["calls"]]


def test_records_are_read_in_pages_and_sent_to_all_that_a_source_feeds(catalog):
    document = planned(catalog, "source", "leads")

    assert calls(document) == [
        (None, "calls", 500),
        ("nurture-crm", "mergeListMembers", 5_000),
        ("nurture-crm", "mergeProfileExtensionMembers", 5_000),
        ("nurture-crm", "triggerCustomEvent", 5_000),
    ]
    assert document["binds"] == {
        "connector": "crm", "function": "calls", "calls": 500, "per_hour": 500
    }  # fmt: skip
    assert document["hours"] == 1.0


@pytest.mark.parametrize(
    ("scope", "name", "expected"),
    [
        ("source", "contacts", [(None, "calls", 500), ("back", "calls", 10_000)]),
        ("source", "all", [(None, "calls", 500), ("all-member", "calls", 10_000)]),
        ("destination", "back", [("back", "calls", 10_000)]),
        ("destination", "hot-member", [("hot-member", "calls", 15_000)]),
    ],
)
def test_salesforce_takes_two_calls_for_200_rows_and_three_for_members_by_address(
    catalog, scope, name, expected
):
    assert calls(planned(catalog, scope, name)) == expected


def test_members_are_read_200_in_a_call_with_another_one_for_their_table(catalog):
    assert calls(planned(catalog, "source", "members")) == [
        (None, "retrieveListMembers", 5_000),
        (None, "retrieveProfileExtensionMembers", 5_000),
    ]


def test_calls_of_one_limit_add_up(catalog):
    document = planned(catalog, "source", "contacts", told=DayUse(0, 96_000).dumps().encode())

    assert document["binds"] == {
        "connector": "crm", "function": "calls", "calls": 10_500, "per_hour": 1_000
    }  # fmt: skip
    assert document["hours"] == 10.5
    assert {one["limit_from"] for one in document["calls"]} == {"account"}


def test_no_call_goes_out_above_the_ceiling_but_for_the_first_class(catalog):
    told = DayUse(80_000, 96_000).dumps().encode()

    assert planned(catalog, "source", "contacts", told=told)["hours"] is None
    assert planned(catalog, "destination", "back", told=told)["binds"]["per_hour"] == 100


def test_the_rows_of_a_last_call_may_be_few(catalog):
    assert calls(planned(catalog, "destination", "back", 201)) == [("back", "calls", 4)]
