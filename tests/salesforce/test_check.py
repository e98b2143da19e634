"""``activation check`` of a Salesforce connector, against the emulator."""

import socket

import pytest

from pipeline.model.action import UnusableAction
from pipeline.model.destination import Destination
from pipeline.model.record_condition import paths_in, read_condition
from pipeline.model.source import SalesforceSource
from pipeline.model.uses import RuleUses, Uses
from pipeline.records.record_reading import mapping
from pipeline.salesforce.needs import NeededCampaign, NeededObject
from pipeline.salesforce.preflight import preflight


def told(client):
    return {finding.check: (finding.ok, finding.text) for finding in preflight(client)}


def test_a_connector_that_is_well(org, client_of, process):
    findings = told(client_of(riid_field="Responsys_RIID__c"))

    assert findings == {
        "login": (True, f"logged in, calls go to {process}"),
        "version": (True, "version 66.0 is served"),
        "field": (True, '"Responsys_RIID__c" of Contact is a unique external id'),
        "limits": (
            True,
            "3 of 100,000 calls of 24 hours are used by all; 1,041 an hour are ours (share 0.25)",
        ),
    }


def test_an_org_that_cannot_be_reached_leaves_no_outcome_in_doubt(org, client_of):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    findings = told(client_of(host=f"http://127.0.0.1:{port}"))

    assert findings == {"login": (False, "login: OtherError: no answer: ConnectionRefusedError")}


def test_without_a_login_there_is_nothing_more_to_see(org, client_of):
    findings = told(client_of(client_secret="wrong"))

    assert list(findings) == ["login"]
    assert findings["login"][0] is False


def test_a_version_that_ends_and_an_org_above_the_ceiling(org, client_of):
    org.order("behaviour", {"deprecated_below": 67, "used_by_others": 90_000})
    findings = told(client_of())

    assert findings["version"] == (False, "the org announces the end of version 66.0: give a newer one")
    assert findings["limits"] == (
        False,
        "90,001 of 100,000 calls of 24 hours are used by all: above the ceiling, we wait",
    )


def test_a_field_that_is_hidden_or_misspelt(org, client_of):
    hidden = told(client_of(riid_field="Responsys_RIID_c"))
    assert hidden["field"] == (
        False,
        'Contact has no field "Responsys_RIID_c", or our user may not see it: '
        'let our user see it, or make it, or correct riid_field; did you mean "Responsys_RIID__c"?',
    )

    plain = told(client_of(riid_field="Title"))
    assert plain["field"] == (
        False,
        '"Title" of Contact must be a unique external id that our user may write',
    )


def source(name, **options):
    given = {"every": 5, "connector": "crm", "object": "Lead", "mapping": "m", **options}
    return SalesforceSource(name=name, **given)


def mapped(**variables):
    return mapping("m", variables)


def looked_at(client, one, mappings, rules=None):
    uses = Uses(sources=[one], mappings={"m": mappings}, rules={one.name: rules} if rules else {})
    found = preflight(client, uses)
    return [(finding.ok, finding.text) for finding in found if finding.check == "source"]


def test_a_source_that_is_well(org, client_of):
    one = source("deals", object="OpportunityHistory", of="OpportunityId", where={"Amount": {"above": 5}})
    variables = mapped(amount={"salesforce": "Opportunity.Amount", "type": "number"})

    assert looked_at(client_of(), one, variables) == [
        (True, 'source "deals": OpportunityHistory has all fields of "m" (1)')
    ]


def no_field(owner, name, likely=""):
    text = (
        f'{owner} has no field "{name}", or our user may not see it: let our user see it, or correct the name'
    )
    return f'{text}; did you mean "{likely}"?' if likely else text


@pytest.mark.parametrize("name", ["Title", "Company", "Phone", "FirstName"])
def test_a_hidden_field_is_not_taken_for_another_one(org, client_of, name):
    """As "State", which is somewhat like "Title", and shares nothing else with it."""
    org.order("fields", {"object": "Lead", "hide": [name]})

    found = looked_at(client_of(), source("leads"), mapped(a={"salesforce": name}))

    assert found == [(False, f'source "leads": {no_field("Lead", name)}')]


def test_fields_that_a_source_cannot_read(org, client_of):
    org.order("fields", {"object": "Lead", "hide": ["Company"], "add": ["Place__c location"]})
    variables = mapped(
        a={"salesforce": "FirstNme"},
        b={"salesforce": "firstname"},
        c={"salesforce": "Company"},
        d={"salesforce": "Acount.Name"},
        e={"salesforce": "Owner.Nme"},
        f={"salesforce": "Place__c"},
        g={"salesforce": "DoNotCall"},
        h={"salesforce": "Rating", "type": "choice", "values": {"Hot": "1", "Icy": "2"}},
        i={"salesforce": "Interest__c", "type": "choice", "values": {"CRM": "C"}, "other": "X"},
    )

    assert looked_at(client_of(), source("leads"), variables) == [
        (False, f'source "leads": {text}')
        for text in [
            no_field("Lead", "FirstNme", "FirstName"),
            'Lead writes the field "firstname" as "FirstName": write it so',
            no_field("Lead", "Company"),
            'Lead has no parent "Acount": correct the path',
            no_field("User", "Nme", "Name"),
            '"Place__c" of Lead is made of several fields: name one of them, such as "MailingCity"',
            '"DoNotCall" of Lead is of type boolean: "g" must be of type flag',
            '"Rating" of Lead may be "Warm", "Cold": add it to the values of "h", or give "other"',
            '"Rating" of Lead is never "Icy": correct the values of "h"',
        ]
    ]


def test_conditions_that_an_org_cannot_be_asked(org, client_of):
    org.order("fields", {"object": "Lead", "add": ["Skills__c multipicklist(40) values=A|B"]})
    where = {
        "Description": {"contains": "x"},
        "Compny": "x",
        "DoNotCall": "true",
        "Skills__c": {"begins": "A"},
        "CreatedDate": {"within": "7d"},
    }

    assert looked_at(client_of(), source("leads", where=where), mapped(a={"salesforce": "FirstName"})) == [
        (False, f'source "leads": where: {text}')
        for text in [
            no_field("Lead", "Compny", "Company"),
            '"Description" is a long text, which no query can ask for: leave it out',
            "DoNotCall: a field of type flag is compared with text",
            'Skills__c: "begins" does not go with a field of type set',
        ]
    ]


def test_fields_that_rules_look_at(org, client_of):
    org.order("fields", {"object": "Lead", "hide": ["EmailBouncedDate", "Email"]})
    condition = read_condition({"Ratng": "Hot", "DoNotCall": "yes", "Rating": "Hot"})
    rules = RuleUses(
        [('rule "r": when', condition)],
        [*paths_in(condition), "EmailBouncedDate"],
        {"EmailBouncedDate": "its rules learn of hard bounces from event files alone"},
    )

    found = looked_at(client_of(), source("leads"), mapped(a={"salesforce": "FirstName"}), rules)

    assert found == [
        (False, f'source "leads": {text}')
        for text in [
            no_field("Lead", "Email"),
            no_field("Lead", "Ratng", "Rating"),
            'Lead has no field "EmailBouncedDate" that our user sees, so its rules learn of hard bounces '
            "from event files alone: let our user see it",
            'rule "r": when: DoNotCall: a field of type flag is compared with text',
        ]
    ]


def test_roles_that_our_user_does_not_see(org, client_of):
    org.order("fields", {"object": "OpportunityContactRole", "hide": ["Role"]})
    one = source("deals", object="OpportunityHistory", of="OpportunityId", who="all")

    found = looked_at(client_of(), one, mapped(stage={"salesforce": "StageName"}))

    text = no_field("OpportunityContactRole", "Role")
    assert found == [(False, f'source "deals": {text}')]


def test_an_object_that_is_not_there_or_cannot_be_read_on(org, client_of):
    line = "SystemModstamp datetime readonly unfiltered"
    org.order("objects", {"name": "Visit__c", "prefix": "a01", "fields": ["Name string(80)"]})
    org.order("fields", {"object": "Visit__c", "add": [line]})
    variables = mapped(a={"salesforce": "Name"})

    assert looked_at(client_of(), source("x", object="Visits__c"), variables) == [
        (
            False,
            'source "x": there is no object "Visits__c", or our user may not see it: '
            'give it access, or correct the name; did you mean "Visit__c"?',
        )
    ]
    assert looked_at(client_of(), source("x", object="Visit__c"), variables) == [
        (
            False,
            'source "x": Visit__c cannot be asked by its SystemModstamp, by which changes are found: '
            "read it with snapshot = true",
        )
    ]
    assert looked_at(client_of(), source("x", object="Visit__c", snapshot=True), variables)[0][0]


class Writing(UnusableAction):
    """An action that needs these things, and does nothing."""

    def __init__(self, *needs, **options):
        self.destination = Destination("d", "a", "crm", "x", max_rows=1, max_age=1, options=options)
        self.needs = lambda: needs


def writes(client, *needs, **options):
    variables = mapped(title={"salesforce": "Title", "length": 200}, phone={"salesforce": "Phone"})
    uses = Uses(actions=[Writing(*needs, **options)], mappings={"m": variables})
    found = preflight(client, uses)
    return [
        (f.ok, f.text.removeprefix('destination "d": ')) for f in found if f.check in ("object", "campaign")
    ]


def test_fields_that_cannot_be_written(org, client_of):
    org.order(
        "fields", {"object": "Lead", "add": ["Rank__c double calculated", "Born__c string(9) createonly"]}
    )
    fields = ("Title", "Phone", "Rank__c", "Born__c", "CreatedDate", "Nme")

    assert writes(client_of(), NeededObject("Lead", fields, read=("Status",)), mapping="m") == [
        (
            False,
            '"Title" of Lead takes 128 characters, "title" may have 200: give length = 128, '
            'with "cut" in its form if longer ones shall be cut',
        ),
        (False, '"Rank__c" of Lead is a formula, which nobody writes: write the fields that it is made of'),
        (False, '"Born__c" of Lead cannot be written by our user: let it edit the field, or leave it out'),
        (
            False,
            '"CreatedDate" of Lead cannot be written by our user: let it edit the field, or leave it out',
        ),
        (False, no_field("Lead", "Nme", "Name")),
    ]
    assert writes(client_of(), NeededObject("Lead", ("Phone",))) == [
        (True, "Lead takes all fields that are written")
    ]


def test_values_that_a_picklist_does_not_have(org, client_of):
    named = (("Status", "Workng"), ("Status", "Opn"), ("Rating", "Hot"), ("DoNotCall", True), ("Title", "VP"))
    org.order("fields", {"object": "Lead", "add": ["Skills__c multipicklist(40) values=A|B"]})
    need = NeededObject(
        "Lead", ("Status", "Rating", "DoNotCall", "Title"), read=("Status", "Skills__c"),
        values=(*named, ("Skills__c", "A;C")),
    )  # fmt: skip

    ((one, status), (other, skills)) = writes(client_of(), need)

    assert (one, other) == (False, False)
    assert status.startswith('"Status" of Lead is never "Workng", "Opn": correct it; there are: "Open')
    assert skills == '"Skills__c" of Lead is never "C": correct it; there are: "A", "B"'


def test_a_new_record_needs_its_required_fields_and_a_unique_key(org, client_of):
    need = NeededObject("Lead", ("LastName", "Born__c"), is_created=True, key="Email")
    org.order("fields", {"object": "Lead", "add": ["Born__c string(9) createonly"]})

    assert writes(client_of(), need) == [
        (False, '"Email" of Lead must be an external id and unique: set both in its definition'),
        (
            False,
            'a new Lead needs "Company", which nothing fills: write it, or give its variable a "create"',
        ),
    ]
    key = NeededObject("Task", ("Subject",), is_created=True, key="Responsys_Event_Key__c")
    assert writes(client_of(), key) == [(True, "Task takes all fields that are written")]


def test_a_campaign_and_the_status_of_its_members(org, client_of):
    (campaign,) = org.load("Campaign", {"Name": "Webinar"})
    org.load("CampaignMemberStatus", {"CampaignId": campaign, "Label": "Sent"})

    assert writes(client_of(), NeededCampaign(campaign, "Sent")) == [
        (True, f'campaign "{campaign}" has the status "Sent"')
    ]
    ok, text = writes(client_of(), NeededCampaign(campaign, "Snt"))[0]
    assert (ok, "and would take its default; there are: " in text) == (False, True)
    assert writes(client_of(), NeededCampaign(campaign[:-4] + "9AAA", "Sent"))[0][0] is False
