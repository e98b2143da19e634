"""Triggered e-mails, as sections 5 and 8 of the API reference have them."""

import pytest
import requests

from tests.emulators.conftest import records, refusal, rule, to

PATH = "/campaigns/WELCOME/email"
DEMO_1, DEMO_2, NEW = 100000002, 100000003, 100000011
BY_EMAIL = {"matchColumnName1": "EMAIL_ADDRESS_"}


def good(riid):
    return {"errorMessage": None, "success": True, "recipientId": riid}


def failed(message):
    return {"errorMessage": message, "success": False, "recipientId": -1}


def record(*values, **data):
    """One person, and the variables of the message."""
    items = [{"name": name, "value": value} for name, value in data.items()]
    return {"fieldValues": list(values), "optionalData": items}


@pytest.fixture
def merge_trigger(responsys, token):
    """Merges people by address and sends to them; returns the whole answer."""

    def send(fields, *rows, campaign="WELCOME", **parts):
        data = {"fieldNames": fields.split(), "mergeTriggerRecords": list(rows)}
        body = {"mergeTriggerRecordData": data, "mergeRule": rule(**(BY_EMAIL | parts))}
        return responsys.post(f"/campaigns/{campaign}/email", token, body)

    return send


@pytest.fixture
def outbox(responsys):
    """Returns the messages that were sent, in order."""

    def look(query=""):
        messages = responsys.ask(f"outbox?{query}")["messages"]
        return [(message["email"], message["optionalData"]) for message in messages]

    return look


def test_people_are_merged_and_sent_to(responsys, merge_trigger):
    answer = merge_trigger(
        "EMAIL_ADDRESS_ TIER",
        record("demo-1@example.com", "gold", COUPON="X1"),
        record("new@example.com", None),
    )

    assert answer.json() == [good(DEMO_1), good(NEW)]
    (first, second) = responsys.ask("outbox")["messages"]
    assert first.pop("time") > 0
    assert first == {
        "account": "demo",
        "campaign": "WELCOME",
        "campaignId": 1,
        "list": "CONTACTS_LIST",
        "recipientId": DEMO_1,
        "email": "demo-1@example.com",
        "optionalData": {"COUPON": "X1"},
    }
    assert (second["email"], second["recipientId"]) == ("new@example.com", NEW)
    assert responsys.ask("members?customer_id=demo-1&fs=TIER")["members"] == [{"TIER": "gold"}]
    assert responsys.violations() == []


def test_one_malformed_address_refuses_the_whole_request(responsys, merge_trigger, outbox):
    answer = merge_trigger("EMAIL_ADDRESS_", record("new@example.com"), record("bad"))

    assert refusal(answer) == (400, "INVALID_PARAMETER", "Record 1 = Bad Email Format\r\n")
    assert (outbox(), responsys.ask("members")["total"]) == ([], 10)


def test_a_record_that_is_neither_found_nor_inserted_is_not_sent_to(merge_trigger, outbox):
    answer = merge_trigger("EMAIL_ADDRESS_", record("new@example.com"), insertOnNoMatch=False)

    assert answer.json() == [failed("NO_RECIPIENT_FOUND: Recipient Not Found")]
    assert outbox() == []


def test_a_record_that_cannot_be_merged_is_not_sent_to(merge_trigger, outbox):
    answer = merge_trigger(
        "EMAIL_ADDRESS_ POINTS", record("demo-1@example.com", "many"), record("demo-2@example.com", "5")
    )

    reason = 'INVALID_PARAMETER: The value "many" is not valid for the field type NUMBER'
    assert answer.json() == [failed(f"MERGEFAILED: Record 0 = {reason}"), good(DEMO_2)]
    assert outbox() == [("demo-2@example.com", {})]


def test_a_recipient_that_is_in_one_call_twice_is_not_sent_to(responsys, merge_trigger, outbox):
    answer = merge_trigger("EMAIL_ADDRESS_", record("demo-1@example.com"), record("Demo-1@example.com"))

    assert answer.json() == [failed("MULTIPLE_RECIPIENTS_FOUND")] * 2
    assert outbox() == []
    assert responsys.violations() == ["the same recipient is in one call twice"]


@pytest.mark.parametrize("email", ["gone@example.com", None])
def test_a_recipient_that_cannot_be_reached_is_reported(responsys, token, email, outbox):
    fields = {"EMAIL_DELIVERABILITY_STATUS_": "U" if email else "D"}
    responsys.order("members", {"members": [{"customer_id": "C-1", "email": email, "fields": fields}]})

    answer = responsys.post(PATH, token, {"recipientData": [to("C-1"), to("demo-1")]})

    reason = "RECIPIENT_STATUS_UNDELIVERABLE: Recipient deliverability status is undeliverable"
    assert answer.json() == [failed(reason), good(DEMO_1)]
    assert outbox() == [("demo-1@example.com", {})]


def test_people_on_the_list_are_sent_to_on_the_same_path(responsys, token, outbox):
    data = {"optionalData": [{"name": "COUPON", "value": "X2"}]}
    rows = [{"recipient": {"customerId": "demo-1"}} | data, to("stranger")]

    answer = responsys.post(PATH, token, {"recipientData": rows})

    assert answer.json() == [good(DEMO_1), failed("NO_RECIPIENT_FOUND: Recipient Not Found")]
    assert outbox() == [("demo-1@example.com", {"COUPON": "X2"})]
    assert responsys.violations() == []


def test_a_campaign_finds_no_member_of_another_list(responsys, token):
    responsys.order("lists", {"lists": [{"name": "OTHER", "members": [{"customer_id": "C-1"}]}]})
    name = {"folderName": "Main", "objectName": "OTHER"}

    answer = responsys.post(PATH, token, {"recipientData": [to("C-1", listName=name)]})

    assert answer.json() == [failed("PROFILE_LIST_NOT_FOUND")]
    assert responsys.violations() == ["a recipient has a listName that is not the campaign's"]


@pytest.mark.parametrize(
    ("fields", "row", "parts", "reason"),
    [
        (
            "EMAIL_MD5_HASH_",
            record("x"),
            {"matchColumnName1": "EMAIL_MD5_HASH_"},
            "a hash can be matched only with insertOnNoMatch false",
        ),
        (
            "EMAIL_ADDRESS_",
            record("demo-1@example.com", CITY_="Rome"),
            {},
            "optionalData names a system column: CITY_",
        ),
        ("EMAIL_ADDRESS_ TIER", record("demo-1@example.com"), {}, "record 0 has 1 values for 2 fields"),
    ],
)
def test_a_request_that_contradicts_itself_is_refused(responsys, merge_trigger, fields, row, parts, reason):
    assert refusal(merge_trigger(fields, row, **parts)) == (400, "INVALID_PARAMETER", reason)
    assert responsys.violations() == [reason]


def test_more_than_200_people_are_refused(merge_trigger):
    reason = "201 recipients in one call, 200 are allowed"

    answer = merge_trigger("EMAIL_ADDRESS_", *[record(f"p{number}@example.com") for number in range(201)])

    assert refusal(answer) == (400, "RECIPIENT_LIMIT_EXCEEDED", reason)


def test_an_unknown_campaign_is_reported(responsys, merge_trigger):
    answer = merge_trigger("EMAIL_ADDRESS_", record("demo-1@example.com"), campaign="OTHER")

    assert refusal(answer) == (404, "CAMPAIGN_NOT_FOUND", "Campaign [OTHER] not found")
    assert responsys.violations() == []


def test_a_message_is_sent_although_its_answer_is_lost(responsys, merge_trigger, outbox):
    """The one fault that shows whether a client sends twice."""
    responsys.order("faults", [{"kind": "close", "when": "after", "function": "mergeTriggerEmail"}])

    with pytest.raises(requests.ConnectionError):
        merge_trigger("EMAIL_ADDRESS_", record("demo-1@example.com"))

    assert outbox() == [("demo-1@example.com", {})]


def test_the_two_functions_have_limits_of_their_own(responsys, token, merge_trigger):
    responsys.order("limits", {"limits": {"mergeTriggerEmail": 0}})

    merged = merge_trigger("EMAIL_ADDRESS_", record("demo-1@example.com"))
    triggered = responsys.post(PATH, token, {"recipientData": [to("demo-1")]})

    assert refusal(merged)[1] == "API_LIMIT_EXCEEDED"
    assert triggered.status_code == 200


def test_the_ledger_tells_each_record(responsys, token, merge_trigger):
    merge_trigger("EMAIL_ADDRESS_", record("demo-1@example.com", COUPON="X1"))
    responsys.post(PATH, token, {"recipientData": [to("demo-1")]})

    merged, triggered = responsys.ask("ledger?detail=1")["calls"]

    assert (merged["function"], merged["target"]) == ("mergeTriggerEmail", "WELCOME")
    assert merged["rows"] == [
        {
            "position": 0,
            "recipientId": DEMO_1,
            "errorMessage": None,
            "fields": {"EMAIL_ADDRESS_": "demo-1@example.com"},
            "optionalData": {"COUPON": "X1"},
        }
    ]
    assert (triggered["function"], triggered["rows"][0]["identifier"]) == ("triggerEmail", "demo-1")


def test_the_outbox_can_be_searched_and_is_emptied_by_a_reset(responsys, merge_trigger, outbox):
    responsys.order("campaigns", {"campaigns": [{"name": "BYE", "list": "CONTACTS_LIST"}]})
    merge_trigger("EMAIL_ADDRESS_", record("demo-1@example.com"), record("demo-2@example.com"))
    merge_trigger("EMAIL_ADDRESS_", record("demo-1@example.com", N="1"), campaign="BYE")

    found = outbox("campaign=BYE&email=demo-1@example.com"), outbox(f"recipientId={DEMO_2}")
    responsys.order("reset", {"calls_only": True})

    assert found == ([("demo-1@example.com", {"N": "1"})], [("demo-2@example.com", {})])
    assert outbox() == []


def test_campaigns_come_in_pages_that_lead_to_the_next(responsys, token):
    campaigns = [{"name": f"MAIL {number}"} for number in range(4)]
    responsys.order("campaigns", {"campaigns": campaigns})

    path, names = "/rest/api/v1.3/campaigns?limit=2", []
    while path:
        page = responsys.get(path.removeprefix("/rest/api"), token).json()
        names += [campaign["name"] for campaign in page["campaigns"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)

    assert names == ["WELCOME", "MAIL 0", "MAIL 1", "MAIL 2", "MAIL 3"]


def test_one_campaign_tells_its_list(responsys, token):
    campaign = responsys.get("/v1.3/campaigns/WELCOME", token).json()

    assert (campaign["id"], campaign["name"], campaign["listName"]) == (1, "WELCOME", "CONTACTS_LIST")
    assert refusal(responsys.get("/v1.3/campaigns/OTHER", token))[1] == "CAMPAIGN_NOT_FOUND"
    assert responsys.get("/v1.3/campaigns?type=sms", token).json()["campaigns"] == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("limit=201", "limit is not between 1 and 200"),
        ("offset=x", "offset is not a number"),
        ("type=fax", "type is not one of email, push, sms, mms, pushiocampaign"),
    ],
)
def test_a_page_that_cannot_be_is_refused(responsys, token, query, reason):
    assert refusal(responsys.get(f"/v1.3/campaigns?{query}", token)) == (400, "INVALID_PARAMETER", reason)


def test_a_campaign_needs_a_list_that_exists(responsys):
    order = {"campaigns": [{"name": "BYE", "list": "OTHER"}]}

    answer = responsys.http.post(f"{responsys.url}/_control/campaigns", json=order)

    assert answer.json() == {"error": 'campaign "BYE": no list "OTHER"; there are: CONTACTS_LIST'}


def test_a_merge_of_the_list_alone_sends_nothing(responsys, token, outbox):
    body = {"recordData": records("EMAIL_ADDRESS_", ["demo-1@example.com"]), "mergeRule": rule(**BY_EMAIL)}

    responsys.post("/lists/CONTACTS_LIST/members", token, body)

    assert outbox() == []
