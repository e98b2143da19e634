"""The control API: orders and reports."""

import pytest

from tests.emulators.conftest import refusal, to


def test_the_ledger_tells_every_processed_recipient_in_order(responsys, token):
    data = {"optionalData": [{"name": "profileId", "value": "p-1"}, {"name": "callType", "value": "ADD"}]}
    responsys.trigger(token, to("demo-1") | data, to("nobody"))

    (call,) = responsys.ask("ledger?detail=1")["calls"]

    assert call.pop("time") >= call.pop("arrived") > 0
    assert call == {
        "call": 0,
        "account": "demo",
        "function": "triggerCustomEvent",
        "target": "LAPSED",
        "recipients": 2,
        "rejected": 1,
        "lost": None,
        "rows": [
            {
                "position": 0,
                "kind": "customerId",
                "identifier": "demo-1",
                "recipientId": 100_000_002,
                "errorMessage": None,
                "optionalData": {"profileId": "p-1", "callType": "ADD"},
            },
            {
                "position": 1,
                "kind": "customerId",
                "identifier": "nobody",
                "recipientId": -1,
                "errorMessage": "NO_RECIPIENT_FOUND: Recipient Not Found",
                "optionalData": {},
            },
        ],
    }


def test_the_ledger_is_read_page_by_page(responsys, token):
    for number in range(5):
        responsys.trigger(token, *[to(f"demo-{one}") for one in range(number + 1)])

    page = responsys.ask("ledger?offset=1&limit=2")

    assert page["total"] == 5
    assert [(call["call"], call["recipients"]) for call in page["calls"]] == [(1, 2), (2, 3)]


def test_the_ledger_can_do_without_bodies(responsys, token):
    responsys.order("behaviour", {"keep_bodies": False})
    responsys.trigger(token, to("demo-1"))

    (call,) = responsys.ask("ledger?detail=1")["calls"]

    assert (call["recipients"], call["rows"]) == (1, [])


def test_the_summary_counts_calls_recipients_and_how_full_calls_were(responsys, token):
    responsys.trigger(token, to("demo-1"), to("demo-2"), to("nobody"))
    responsys.trigger(token, to("demo-1"), event="OTHER")
    responsys.order("faults", [{"kind": "html", "when": "after"}])
    responsys.trigger(token, to("demo-1"))

    summary = responsys.ask("summary")

    outcomes = {(call["function"], call["outcome"]): call["calls"] for call in summary["calls"]}
    assert outcomes == {
        ("login", "answered"): 1,
        ("triggerCustomEvent", "answered"): 1,
        ("triggerCustomEvent", "CUSTOM_EVENT_NOT_FOUND"): 1,
        ("triggerCustomEvent", "fault: html after"): 1,
    }
    assert summary["recipients"] == {"accepted": 3, "rejected": {"NO_RECIPIENT_FOUND": 1}}
    assert summary["fill"] == {"1": 1, "3": 1}
    assert summary["limits"][1] == {
        "account": "demo",
        "function": "triggerCustomEvent",
        "limit": 200,
        "peak": 3,
        "peak_sliding": 3,
        "throttled": 0,
    }


def test_calls_can_be_forgotten_without_forgetting_members(responsys, token):
    responsys.order("events", {"events": ["BOUGHT"]})
    responsys.trigger(token, to("demo-1"))

    responsys.order("reset", {"calls_only": True})

    assert responsys.ask("ledger") == {"total": 0, "calls": []}
    assert responsys.ask("summary")["calls"] == []
    assert responsys.trigger(token, to("demo-1"), event="BOUGHT").status_code == 200


def test_a_reset_begins_again(responsys, token):
    responsys.order("events", {"events": ["BOUGHT"]})
    responsys.order("behaviour", {"limit_status": 429})
    responsys.order("faults", [{"kind": "html"}])

    responsys.order("reset", {})

    assert refusal(responsys.get("/v1.3/lists", token))[1] == "INVALID_TOKEN"
    assert responsys.ask("accounts")[0]["events"] == ["LAPSED"]
    assert responsys.ask("behaviour")["limit_status"] == 400
    assert responsys.ask("faults") == []


def test_accounts_are_shown_without_passwords(responsys):
    responsys.order("members", {"range": {"count": 1_000_000, "prefix": "m"}})

    (account,) = responsys.ask("accounts")

    assert account["users"] == ["api_user"]
    (contacts,) = account["lists"]
    assert (contacts["name"], contacts["members"]) == ("CONTACTS_LIST", 1_000_010)


@pytest.mark.parametrize(
    ("order", "body", "complaint"),
    [
        ("members", {"list": "OTHER"}, "which list? there are: CONTACTS_LIST"),
        ("events", {"account": "x", "events": []}, "which account? there are: demo"),
        ("events", {}, "Object missing required field `events`"),
        ("behaviour", {"window": "long"}, "Expected `float`, got `str` - at `$.window`"),
        ("behaviour", {"mood": "bad"}, "Object contains unknown field `mood`"),
    ],
)
def test_an_unclear_order_is_refused_with_the_names_there_are(responsys, order, body, complaint):
    answer = responsys.http.post(f"{responsys.url}/_control/{order}", json=body)

    assert (answer.status_code, answer.json()) == (400, {"error": complaint})


def test_limits_are_set_for_functions_that_exist(responsys):
    answer = responsys.http.post(f"{responsys.url}/_control/limits", json={"limits": {"fly": 1}})

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(
        'there is no function "fly"; there are: login, triggerCustomEvent'
    )


def test_a_path_that_is_not_there_names_those_that_are(responsys):
    answer = responsys.http.get(f"{responsys.url}/_control/leger")

    assert answer.status_code == 404
    assert "GET ledger" in answer.json()["there_are"]
