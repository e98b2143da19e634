"""Trouble on request."""

import pytest
import requests

from tests.emulators.conftest import refusal, to

GOOD = {"errorMessage": None, "success": True, "recipientId": 100_000_002}
LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def processed(responsys):
    """Return the fault that each processed call's answer met, as the ledger has it."""
    return [call["lost"] for call in responsys.ask("ledger")["calls"]]


@pytest.mark.parametrize(("when", "ledger"), [("before", []), ("after", ["close after"])])
def test_a_connection_closes_before_or_after_the_call_was_processed(responsys, token, when, ledger):
    """After: the one fault that shows whether a client enrols a recipient twice."""
    responsys.order("faults", [{"kind": "close", "when": when, "times": 1}])

    with pytest.raises(requests.ConnectionError):
        responsys.trigger(token, to("demo-1"))

    assert processed(responsys) == ledger
    assert responsys.trigger(token, to("demo-1")).json() == [GOOD]


@pytest.mark.parametrize(("when", "ledger"), [("before", []), ("after", ["html after"])])
def test_the_gateway_answers_in_html(responsys, token, when, ledger):
    responsys.order("faults", [{"kind": "html", "when": when, "status": 503}])

    answer = responsys.trigger(token, to("demo-1"))

    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html")
    assert processed(responsys) == ledger


def test_an_answer_breaks_off(responsys, token):
    responsys.order("faults", [{"kind": "truncate"}])

    with pytest.raises(LOST):
        responsys.trigger(token, to("demo-1"))

    assert processed(responsys) == ["truncate after"]


@pytest.mark.parametrize(("when", "ledger"), [("before", []), ("after", ["hang after"])])
def test_an_answer_never_comes(responsys, token, when, ledger):
    responsys.order("faults", [{"kind": "hang", "when": when}])
    url = f"{responsys.url}/rest/api/v1.3/events/LAPSED"

    with pytest.raises(requests.ReadTimeout):
        requests.post(
            url,
            json={"customEvent": {}, "recipientData": [to("demo-1")]},
            headers={"Authorization": token},
            timeout=0.2,
        )

    assert processed(responsys) == ledger


@pytest.mark.parametrize(
    ("rule", "expected"),
    [({"kind": "short"}, [1]), ({"kind": "long", "results": 2}, [1, 2, 2, 2]), ({"kind": "reorder"}, [2, 1])],
)
def test_results_are_missing_too_many_or_in_another_order(responsys, token, rule, expected):
    responsys.order("faults", [rule])

    answer = responsys.trigger(token, to("demo-1"), to("demo-2"))

    assert [result["recipientId"] - 100_000_001 for result in answer.json()] == expected
    assert processed(responsys) == [f"{rule['kind']} after"]


def test_any_error_can_be_answered(responsys, token):
    rule = {"kind": "error", "errorCode": "ACCOUNT_SUSPENDED", "detail": "Call us"}
    responsys.order("faults", [rule])

    assert refusal(responsys.trigger(token, to("demo-1"))) == (401, "ACCOUNT_SUSPENDED", "Call us")
    assert processed(responsys) == []


def test_an_error_can_be_about_one_recipient(responsys, token):
    """So that a client can be seen to look for the culprit by halving the call."""
    rule = {"kind": "error", "errorCode": "INVALID_PARAMETER", "match": "demo-2", "status": 400}
    responsys.order("faults", [rule])

    both = responsys.trigger(token, to("demo-1"), to("demo-2"))
    good = responsys.trigger(token, to("demo-1"), to("demo-20"))

    assert refusal(both)[:2] == (400, "INVALID_PARAMETER")
    assert good.status_code == 200


@pytest.mark.parametrize(
    ("rule", "code"),
    [({}, "TOKEN_EXPIRED"), ({"errorCode": "INVALID_TOKEN"}, "INVALID_TOKEN")],
)
def test_a_token_ends_in_the_middle_of_work(responsys, token, rule, code):
    responsys.order("faults", [{"kind": "expire_token", "times": 1, "after": 1} | rule])

    answers = [responsys.trigger(token, to("demo-1")) for _ in range(3)]

    assert answers[0].status_code == 200
    assert [refusal(answer)[:2] for answer in answers[1:]] == [(401, code), (401, code)]
    assert responsys.trigger(responsys.login(), to("demo-1")).json() == [GOOD]


def test_the_capacity_of_the_whole_account_is_used_up_for_a_while(responsys, token):
    responsys.order(
        "faults", [{"kind": "capacity", "seconds": 600, "times": 1, "function": "triggerCustomEvent"}]
    )
    responsys.order("behaviour", {"capacity_status": 503})

    answers = [responsys.trigger(token, to("demo-1")), responsys.get("/v1.3/lists", token)]
    responsys.order("faults", [])

    assert [refusal(answer)[:2] for answer in answers] == [(503, "INTERNAL_CAPACITY_LIMIT_EXCEEDED")] * 2
    assert responsys.get("/v1.3/lists", token).status_code == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_latencies_add_up_and_do_not_keep_other_faults_away(responsys, token, when):
    slow = {"kind": "latency", "seconds": 0.05, "when": when}
    responsys.order("faults", [slow, slow, {"kind": "html"}])

    answer = responsys.trigger(token, to("demo-1"))

    assert answer.status_code == 502
    assert answer.elapsed.total_seconds() >= 0.1


def test_the_ledger_tells_when_a_call_arrived_and_when_it_was_processed(responsys, token):
    responsys.order("faults", [{"kind": "latency", "seconds": 0.05}])

    responsys.trigger(token, to("demo-1"))

    [call] = responsys.ask("ledger")["calls"]
    assert call["time"] - call["arrived"] >= 0.05


def test_a_rule_waits_for_its_turn_and_tires(responsys, token):
    responsys.order("faults", [{"kind": "html", "after": 1, "times": 2}])

    statuses = [responsys.trigger(token, to("demo-1")).status_code for _ in range(5)]

    (rule,) = responsys.ask("faults")
    assert statuses == [200, 502, 502, 200, 200]
    assert (rule["seen"], rule["fired"]) == (5, 2)


def test_a_rule_is_about_its_function_and_account_only(responsys, token):
    rules = [{"kind": "html", "function": "retrieveLists"}, {"kind": "html", "account": "other"}]
    responsys.order("faults", rules)

    assert responsys.trigger(token, to("demo-1")).status_code == 200
    assert responsys.get("/v1.3/lists", token).status_code == 502


def test_the_dice_fall_the_same_way_every_time(responsys):
    def statuses():
        responsys.order("reset", {})
        token = responsys.login()
        responsys.order("faults", [{"kind": "html", "probability": 0.5}])
        return [responsys.trigger(token, to("demo-1")).status_code for _ in range(20)]

    first = statuses()

    assert set(first) == {200, 502}
    assert statuses() == first


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"kind": "flood"}, "Invalid enum value 'flood'"),
        ({"kind": "error"}, 'a fault of kind "error" needs an errorCode'),
        ({"kind": "html", "often": True}, "unknown field `often`"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(responsys, rule, complaint):
    answer = responsys.http.post(f"{responsys.url}/_control/faults", json=[rule])

    assert answer.status_code == 400
    assert complaint in answer.json()["error"]
