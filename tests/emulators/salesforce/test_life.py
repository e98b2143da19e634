"""What Salesforce does beside a write: stamps, statuses, histories, conversions, merges, automations."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from emulators.responsys.server.options import parse_options as responsys_options
from emulators.salesforce.server.options import parse_options as salesforce_options
from emulators.sftp.command.options import parse_options as sftp_options
from tests.emulators.salesforce.conftest import code_of, error_of

LEAD = {"LastName": "Lovelace", "FirstName": "Ada", "Company": "Engines", "Email": "ada@x.com"}
ALLOWED = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
ACK = b"<e><notificationsResponse><Ack>true</Ack></notificationsResponse></e>"


@pytest.fixture
def lead(salesforce):
    (lead,) = salesforce.load("Lead", LEAD)
    return lead


def create(salesforce, table, **fields):
    return salesforce.call("POST", f"/sobjects/{table}", fields)


def test_a_task_moves_the_stamp_of_its_person_and_the_account(salesforce):
    (account,) = salesforce.load("Account", {"Name": "Acme"})
    (contact,) = salesforce.load("Contact", {"LastName": "A", "AccountId": account})
    before = salesforce.record(contact, "Contact")
    salesforce.order("clock", {"ahead": 60})

    assert create(salesforce, "Task", WhoId=contact, Subject="Call").status_code == 201
    after = salesforce.record(contact, "Contact")
    assert after["SystemModstamp"] > before["SystemModstamp"]
    assert after["LastModifiedDate"] == before["LastModifiedDate"]
    assert salesforce.record(account, "Account")["SystemModstamp"] == after["SystemModstamp"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"WhatId": "ACCOUNT"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"OwnerId": "QUEUE"}, "INVALID_OPERATION"),
        ({"WhoId": "ACCOUNT"}, "MALFORMED_ID"),
    ],
)
def test_tasks_that_are_refused(salesforce, lead, fields, code):
    (account,) = salesforce.load("Account", {"Name": "Acme"})
    (queue,) = salesforce.load("Group", {"Name": "Web leads"})
    given = {name: {"ACCOUNT": account, "QUEUE": queue}[value] for name, value in fields.items()}

    assert error_of(create(salesforce, "Task", **{"WhoId": lead} | given)) == (400, code)


def test_a_task_is_upserted_by_a_key_with_case(salesforce, lead):
    path = "/sobjects/Task/Responsys_Event_Key__c/Key"
    first = salesforce.call("PATCH", path, {"WhoId": lead, "Status": "Completed"})
    again = salesforce.call("PATCH", path, {"WhoId": lead, "Status": "Completed"})
    other = salesforce.call(
        "PATCH", path.replace("Key", "KEY").replace("Event_KEY", "Event_Key"), {"WhoId": lead}
    )

    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 201]
    assert salesforce.record(first.json()["id"], "Task")["IsClosed"] is True


def test_an_opportunity_leaves_a_row_for_every_change_of_stage(salesforce):
    deal = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-31", "Amount": 10}
    (deal_id,) = salesforce.load("Opportunity", deal)
    for stage in ("Demo Done", "Closed Won"):
        salesforce.edit("Opportunity", deal_id, StageName=stage)
    salesforce.edit("Opportunity", deal_id, Name="Renamed")

    soql = f"SELECT StageName, Amount FROM OpportunityHistory WHERE OpportunityId = '{deal_id}' ORDER BY Id"
    assert [row["StageName"] for row in salesforce.rows(soql)] == ["Prospecting", "Demo Done", "Closed Won"]
    assert salesforce.record(deal_id, "Opportunity")["IsWon"] is True


def test_an_unknown_status_of_a_member_is_silently_replaced(salesforce, lead):
    (campaign,) = salesforce.load("Campaign", {"Name": "Webinar"})
    member = create(salesforce, "CampaignMember", CampaignId=campaign, LeadId=lead, Status="Active").json()[
        "id"
    ]
    assert salesforce.record(member, "CampaignMember")["Status"] == "Sent"

    again = create(salesforce, "CampaignMember", CampaignId=campaign, LeadId=lead)
    assert error_of(again) == (400, "DUPLICATE_VALUE")

    salesforce.update("CampaignMember", {"id": member, "Status": "responded"})
    after = salesforce.record(member, "CampaignMember")
    assert (after["Status"], after["HasResponded"], after["Email"]) == ("Responded", True, "ada@x.com")


def test_a_converted_lead_is_read_only_and_its_memberships_move(salesforce, lead):
    (campaign,) = salesforce.load("Campaign", {"Name": "Webinar"})
    (member,) = salesforce.load("CampaignMember", {"CampaignId": campaign, "LeadId": lead})
    converted = salesforce.order("convert", {"lead": lead, "opportunity": "Deal"})

    contact = converted["ConvertedContactId"]
    assert salesforce.record(contact, "Contact")["Email"] == "ada@x.com"
    assert salesforce.record(member, "CampaignMember")["ContactId"] == contact
    (refused,) = salesforce.update("Lead", {"id": lead, "City": "x"})
    assert code_of(refused) == "CANNOT_UPDATE_CONVERTED_LEAD"
    task = create(salesforce, "Task", WhoId=lead)
    assert error_of(task) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_a_person_account_has_a_shadow_contact(salesforce):
    (account,) = salesforce.load("Account", {"LastName": "Lovelace", "PersonEmail": "ada@x.com"})
    contact = salesforce.record(account, "Account")["PersonContactId"]
    assert salesforce.record(contact, "Contact")["Email"] == "ada@x.com"

    salesforce.update("Contact", {"id": contact, "HasOptedOutOfEmail": True})
    assert salesforce.record(account, "Account")["PersonHasOptedOutOfEmail"] is True
    assert salesforce.call("DELETE", f"/sobjects/Contact/{contact}").status_code == 400


def test_a_flow_changes_what_is_saved(salesforce, lead):
    flow = {"object": "Lead", "field": "Title", "does": "title"}
    salesforce.order("settings", {"automations": [flow]})

    salesforce.update("Lead", {"id": lead, "Title": "head of engines"})
    assert salesforce.record(lead, "Lead")["Title"] == "Head Of Engines"


def test_a_duplicate_rule_blocks_or_alerts(salesforce, lead):
    rule = {"object": "Lead", "field": "Email", "action": "alert"}
    salesforce.order("settings", {"duplicate_rules": [rule]})
    twin = LEAD | {"Email": "ADA@x.com"}

    refused = salesforce.call("POST", "/sobjects/Lead", twin)
    assert error_of(refused) == (400, "DUPLICATES_DETECTED")
    assert refused.json()[0]["duplicateResult"]["allowSave"] is True
    allowed = salesforce.call(
        "POST", "/sobjects/Lead", twin, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    )
    assert allowed.status_code == 201

    salesforce.order("settings", {"duplicate_rules": [rule | {"action": "block"}]})
    blocked = salesforce.call(
        "POST", "/sobjects/Lead", twin, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    )
    assert blocked.status_code == 400


def test_a_locked_row_is_refused_also_for_its_children(salesforce, lead):
    salesforce.order(
        "settings", {"locks": [{"id": lead, "times": 1}, {"id": lead, "times": 1, "apex": True}]}
    )

    (locked,) = salesforce.update("Lead", {"id": lead, "City": "x"})
    apex = create(salesforce, "Task", WhoId=lead)
    (free,) = salesforce.update("Lead", {"id": lead, "City": "x"})
    assert code_of(locked) == "UNABLE_TO_LOCK_ROW"
    assert error_of(apex) == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    assert "UNABLE_TO_LOCK_ROW" in apex.json()[0]["message"]
    assert free["success"] is True


def test_the_editor_is_the_one_who_is_logged_in(salesforce, lead):
    org = salesforce.ask("org")
    assert salesforce.record(lead, "Lead")["LastModifiedById"] == org["human"]

    salesforce.update("Lead", {"id": lead, "City": "x"})
    assert salesforce.record(lead, "Lead")["LastModifiedById"] == org["api_user"]


def test_outbound_messages_are_sent_until_they_are_acknowledged(salesforce):
    received, arrived = [], threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            answer = ACK if len(received) > 1 else b"not yet"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)
            if answer == ACK:
                arrived.set()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/hook"
        message = {"url": url, "object": "Lead", "fields": ["Id", "Email"]}
        salesforce.order("settings", {"outbound_messages": [message]})
        (lead,) = salesforce.load("Lead", LEAD)
        assert arrived.wait(60)
    finally:
        server.shutdown()
        server.server_close()

    org = salesforce.ask("org")["id"]
    for part in (f"<OrganizationId>{org}<", f"<sf:Id>{lead}<", "<sf:Email>ada@x.com<"):
        assert part in received[-1].decode()
    assert received[0] == received[-1]


@pytest.mark.parametrize(
    ("name", "order", "said"),
    [
        ("load", {"object": "Nope", "records": []}, "there is no nope"),
        ("delete", {"ids": ["x"]}, "there is no x"),
        ("edit", {"object": "Lead", "id": "x", "fields": {}}, "MALFORMED_ID: malformed id x"),
    ],
)
def test_an_order_that_cannot_be_is_answered_in_words(salesforce, name, order, said):
    answer = salesforce.http.post(f"{salesforce.url}/_control/{name}", json=order)

    assert (answer.status_code, answer.json()) == (400, {"error": said})


def test_all_emulators_run_beside_each_other_without_options():
    sftp = sftp_options([])
    ports = [salesforce_options([]).port, responsys_options([]).port, sftp.port, sftp.control_port]

    assert len(set(ports)) == len(ports)
