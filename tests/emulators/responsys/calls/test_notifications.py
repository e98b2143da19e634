"""Event notifications: callbacks, subscriptions, and events that are really posted."""

from base64 import b64encode

import pytest

from tests.emulators.conftest import refusal
from tests.processes.environment import until

CALLBACKS, SUBSCRIPTIONS = "/v1.3/notifications/callbacks", "/v1.3/notifications/subscriptions"
BASIC = {"type": "B", "data": {"userName": "acme", "password": "geheim"}}
RIID = 100_000_001


@pytest.fixture
def callback(hooks):
    return {"name": "news", "url": hooks.url, "batchSize": 2, "authentication": BASIC}


@pytest.fixture
def subscribed(responsys, token, callback, hooks):
    """Subscribes the callback, with these changes, to clicks and opt-outs."""

    def subscribed(**changes):
        assert responsys.post("/notifications/callbacks", token, {**callback, **changes}).status_code == 200
        assert responsys.get(f"{CALLBACKS}/news/actions/verify", token).status_code == 200
        body = {"name": "all", "callBackName": "news", "eventTypes": ["EMAIL_CLICKED", "EMAIL_OPTOUT"]}
        assert responsys.post("/notifications/subscriptions", token, body).status_code == 200
        responsys.order("behaviour", {"webhook_pause": 0})
        hooks.posted.clear()

    return subscribed


def told(responsys):
    until(lambda: responsys.ask("webhooks")["waiting"] == 0)
    return {name: value for name, value in responsys.ask("webhooks").items() if name != "happened"}


def put(responsys, path, token, body):
    url = f"{responsys.url}/rest/api{path}"
    return responsys.http.put(url, json=body, headers={"Authorization": token}, timeout=60)


def test_callbacks_are_created_shown_changed_and_deleted(responsys, token, callback):
    made = responsys.post("/notifications/callbacks", token, {**callback, "backupUrl ": "https://b.example"})

    assert made.json()["backupUrl"] == "https://b.example"
    assert [link["rel"] for link in made.json()["links"]] == ["self", "getCallBack", "deleteCallBack"]
    assert (
        put(responsys, f"{CALLBACKS}/news", token, {**callback, "batchSize": 200}).json()["batchSize"] == 200
    )
    assert responsys.get(f"{CALLBACKS}/news", token).json()["name"] == "news"
    assert "geheim" not in responsys.get(CALLBACKS, token).text
    assert responsys.delete("/notifications/callbacks/news", token).status_code == 200
    assert refusal(responsys.get(f"{CALLBACKS}/news", token))[:2] == (404, "OBJECT_NOT_FOUND")


@pytest.mark.parametrize(
    "changes",
    [
        {"batchSize": 201},
        {"batchSize": 0},
        {"url": "http://a.example"},
        {"authentication": None},
        {"to": "x"},
    ],
)
def test_callbacks_that_break_rules_are_refused(responsys, token, callback, changes):
    answer = responsys.post("/notifications/callbacks", token, {**callback, **changes})

    assert refusal(answer)[:2] == (400, "INVALID_PARAMETER")


@pytest.mark.parametrize("path", [f"{CALLBACKS}/news/actions/verify", f"{CALLBACKS}/news?action=verify"])
def test_a_callback_is_verified_before_it_is_subscribed(responsys, token, callback, hooks, path):
    responsys.post("/notifications/callbacks", token, callback)
    body = {"name": "all", "callBackName": "news", "eventTypes": ["EMAIL_CLICKED"]}
    hooks.answer = 401

    refused = responsys.get(path, token)
    assert refusal(refused)[2] == f"Could not connect to callback url [{hooks.url} ]"
    assert responsys.post("/notifications/subscriptions", token, body).status_code == 400
    hooks.answer = 200
    assert responsys.get(path, token).json() == {"status": "Successfully verified [news] "}
    assert responsys.post("/notifications/subscriptions", token, body).status_code == 200
    assert responsys.get(f"{SUBSCRIPTIONS}/all", token).json()["eventTypes"] == ["EMAIL_CLICKED"]
    assert len(responsys.get(f"{SUBSCRIPTIONS}?callBackName=news", token).json()) == 1
    assert put(responsys, f"{SUBSCRIPTIONS}/all", token, {**body, "eventTypes": ["SENT"]}).status_code == 400
    assert len(responsys.get("/v1.3/notifications/eventList", token).json()["eventTypes"]) == 26


def test_events_are_posted_in_batches_with_basic_credentials(responsys, subscribed, hooks):
    subscribed()

    riids = [RIID, RIID + 1, RIID + 2]
    responsys.order("reactions", {"type": "EMAIL_OPTOUT", "riids": riids})
    responsys.order("reactions", {"type": "EMAIL_BOUNCED", "riids": riids, "campaign": "WELCOME"})

    assert told(responsys) == {"waiting": 0, "sent": 3, "lost": 0, "failed_calls": 0}
    assert [len(posted.document) for posted in hooks.posted] == [2, 1]
    assert hooks.posted[0].headers["authorization"] == f"Basic {b64encode(b'acme:geheim').decode()}"
    first = hooks.posted[0].document[0]
    expected = {
        "riid": str(RIID),
        "channelType": "Email",
        "failureType": "EMAIL_OPTOUT",
        "optionalData": None,
    }
    assert {name: value for name, value in first.items() if name != "customerId"} == expected
    [member] = responsys.ask(f"members?riid={RIID}")["members"]
    assert member["EMAIL_PERMISSION_STATUS_"] == "O"
    assert member["EMAIL_DELIVERABILITY_STATUS_"] == "U"


def test_a_click_is_one_in_the_message_that_was_sent(responsys, token, subscribed, hooks):
    subscribed()
    listed = {"folderName": "Main", "objectName": "CONTACTS_LIST"}
    row = {
        "recipient": {"recipientId": RIID, "listName": listed},
        "optionalData": [{"name": "A", "value": "1"}],
    }
    responsys.post("/campaigns/WELCOME/email", token, {"recipientData": [row]})
    responsys.order("behaviour", {"webhook_body": "commas"})

    responsys.order("reactions", {"type": "EMAIL_CLICKED"})

    told(responsys)
    event = hooks.posted[0].document  # one object, without brackets
    assert (event["campaignName"], event["optionalData"]) == (
        "WELCOME",
        {"props": {"prop": {"name": "A", "value": "1"}}},
    )


def test_after_three_failures_the_backup_is_told_and_then_nobody(responsys, subscribed, hooks):
    subscribed(backupUrl=f"{hooks.url}&backup=1")
    hooks.answers[:] = [503, 503, 503, 200]
    responsys.order("reactions", {"type": "EMAIL_OPTOUT", "riids": [RIID]})

    assert told(responsys) == {"waiting": 0, "sent": 1, "lost": 0, "failed_calls": 3}
    assert ["backup" in posted.path for posted in hooks.posted] == [False, False, False, True]
    hooks.answer = 503
    responsys.order("reactions", {"type": "EMAIL_OPTOUT", "riids": [RIID]})
    assert told(responsys) == {"waiting": 0, "sent": 1, "lost": 1, "failed_calls": 9}


def test_a_reaction_needs_a_member_and_a_message(responsys):
    for order, said in (
        ({"type": "EMAIL_CLICKED", "riids": [RIID]}, "name a campaign"),
        ({"type": "EMAIL_OPTOUT", "riids": [1]}, "no member has the riid 1"),
    ):
        answer = responsys.http.post(f"{responsys.url}/_control/reactions", json=order)
        assert (answer.status_code, said in answer.text) == (400, True)
