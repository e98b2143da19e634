"""T1, T3, T6 and T4 one way, end to end: two emulators, the real worker and commands, by the example.

T2 and T5 are in tests/consents/test_both_ways.py, T4 both ways in tests/pairs/test_linked_systems.py.
"""

from collections.abc import Iterator

import pytest

from tests.pairs.linked_systems import LinkedSystems, linked_systems

EVENTS = ("NURTURE_CRM", "AFTER_DEMO")
FURTHER = """
[destinations.after-demo]
audience = "after-demo"
connector = "acme"
action = "program_entry"
event = "AFTER_DEMO"
identifiers = { riid = "RIID_", email = "EMAIL_ADDRESS_" }
match_column_1 = ["RIID_", "EMAIL_ADDRESS_"]
insert_on_no_match = true
new_members = "optin"
[destinations.webinar]
audience = "webinar"
connector = "acme"
action = "supplemental_table"
table = "WEBINAR"
folder = "Main"
columns = { salesforce_id = "SFDC_ID", member_status = "STATUS" }
key = ["SFDC_ID"]
on_remove = "delete"
insert_on_no_match = true
"""
CHANGES = (
    ("[destinations.people]", FURTHER + "[destinations.people]"),
    ('fields = { company = "COMPANY", interest = "INTEREST" }\n', ""),
    ('"FIRST_NAME", salesforce_id = "SFDC_ID"', '"FIRST_NAME"'),
)
ADA = {"FirstName": "Ada", "LastName": "Byron", "Company": "Acme", "Email": "ada@example.com"}
WANTED = {"LeadSource": "Web", "Interest__c": "CRM"}
CAMPAIGN = "701000000000001AAA"


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinkedSystems]:
    with linked_systems(tmp_path_factory.mktemp("worker"), *CHANGES) as found:
        found.responsys.order("events", {"events": list(EVENTS)})
        columns = {"SFDC_ID": "STR25", "STATUS": "STR50"}
        table = {"name": "WEBINAR", "folder": "Main", "fields": columns, "primary_key": ["SFDC_ID"]}
        found.responsys.order("tables", {"tables": [table]})
        found.read("leads", "contacts", "stages")  # what is there first enters nobody
        yield found


def entered(systems: LinkedSystems, event: str) -> list[str]:
    """Return the addresses of members for whom an event was triggered."""
    members = systems.responsys.ask("members?limit=1000")["members"]
    addresses = {int(member["RIID_"]): member["EMAIL_ADDRESS_"] for member in members}
    calls = systems.responsys.ask("ledger?detail=1&limit=1000")["calls"]
    rows = [row for call in calls if call["target"] == event for row in call["rows"]]
    return [addresses[int(row["recipientId"])] for row in rows if not row["errorMessage"]]


def pass_on(systems: LinkedSystems, *sources: str) -> None:
    """Read sources and deliver what follows."""
    systems.read(*sources)
    systems.deliver()


def test_a_new_lead_enters_is_converted_and_enters_again_by_its_stage(systems):
    """T1 and T3: one person through lead, conversion and stage."""
    (lead,) = systems.org.load("Lead", {**ADA, **WANTED})
    pass_on(systems, "leads")
    person = systems.told("people", "explain", lead)["person"]
    converted = systems.org.order("convert", {"lead": lead, "opportunity": "Deal"})
    deal, contact = converted["ConvertedOpportunityId"], converted["ConvertedContactId"]
    systems.org.load(
        "OpportunityContactRole", {"OpportunityId": deal, "ContactId": contact, "IsPrimary": True}
    )
    pass_on(systems, "leads", "contacts", "stages")
    systems.org.edit("Opportunity", deal, StageName="Demo Done")
    pass_on(systems, "stages")

    assert entered(systems, "NURTURE_CRM") == entered(systems, "AFTER_DEMO") == ["ada@example.com"]
    explained = systems.told("people", "explain", "ada@example.com")
    assert explained["person"] == systems.told("people", "explain", contact)["person"] == person
    assert {(one["rule"], one["state"]) for one in explained["entries"]} == {
        ("nurture-crm", "sent"),
        ("after-demo", "sent"),
    }


def test_members_of_a_campaign_are_in_the_table(systems):
    """T6: a member that is missing leaves."""
    assert systems.org.load("Campaign", {"Name": "Webinar"}) == [CAMPAIGN]
    systems.org.load("CampaignMemberStatus", {"CampaignId": CAMPAIGN, "Label": "Registered"})
    leads = systems.org.load("Lead", *({**ADA, "Email": f"{name}@example.com"} for name in ("tim", "tom")))
    registered = ({"CampaignId": CAMPAIGN, "LeadId": lead, "Status": "Registered"} for lead in leads)
    members = systems.org.load("CampaignMember", *registered)

    pass_on(systems, "webinar")

    assert rows_of(systems) == dict.fromkeys(leads, "Registered")
    systems.org.order("delete", {"ids": [members[0]]})
    systems.run("sync", "--source", "webinar", "--max-leaving", "100")
    systems.deliver()
    assert rows_of(systems) == {leads[1]: "Registered"}


def rows_of(systems: LinkedSystems) -> dict[str, str]:
    """Return the records in the table, each with its status."""
    rows = systems.responsys.ask("table?folder=Main&name=WEBINAR")["rows"]
    return {row["SFDC_ID"]: row["STATUS"] for row in rows}


def test_a_field_of_a_lead_reaches_its_member(systems):
    """One-way T4: the list gets what a user edits."""
    (lead,) = systems.org.load("Lead", {**ADA, "Email": "bob@example.com", "LastName": "Ray"})
    systems.responsys.order("members", {"members": [{"riid": 77, "email": "bob@example.com"}]})
    pass_on(systems, "leads")

    systems.org.edit("Lead", lead, Title="Chief")
    pass_on(systems, "leads")

    assert systems.columns(77)["TITLE"] == "Chief"
