"""Asynchronous calls, as section 9.4 of the API reference has them."""

import base64

import pytest

from tests.emulators.conftest import records, refusal, rule, to

GOOD = {"errorMessage": None, "success": True, "recipientId": 100_000_002}
UNKNOWN = {"errorMessage": "NO_RECIPIENT_FOUND: Recipient Not Found", "success": False, "recipientId": -1}
EVENT = {"customEvent": {}, "recipientData": [to("demo-1"), to("nobody")]}
MERGE = {"recordData": records("CUSTOMER_ID_ TIER", ["demo-1", "gold"]), "mergeRule": rule()}
EXTENSION = {
    "recordData": records("CUSTOMER_ID_ TIER", ["demo-1", "gold"]),
    "insertOnNoMatch": True,
    "updateOnMatch": "REPLACE_ALL",
    "matchColumnName1": "CUSTOMER_ID",
    "matchColumnName2": None,
}
TABLE = {
    "recordData": records("ORDER_ID STATUS", ["A-1", "paid"]),
    "insertOnNoMatch": True,
    "updateOnMatch": "REPLACE_ALL",
}
EMAIL = {
    "mergeTriggerRecordData": {
        "fieldNames": ["EMAIL_ADDRESS_"],
        "mergeTriggerRecords": [{"fieldValues": ["demo-1@example.com"], "optionalData": []}],
    },
    "mergeRule": rule(matchColumnName1="EMAIL_ADDRESS_"),
}


@pytest.fixture
def submit(responsys, token):
    """Submits a call and returns the id of the request; it waits until the test has it processed."""
    responsys.order("behaviour", {"async_delay": 3600})

    def send(path="/events/LAPSED", body=EVENT):
        answer = responsys.post(path, token, body, api="asyncApi")
        assert answer.status_code == 202, answer.text
        return answer.json()["requestId"]

    return send


@pytest.fixture
def poll(responsys, token):
    """Polls for one request, or for several."""

    def send(*ids):
        path = f"{responsys.url}/rest/asyncApi/v1.3/requests/{','.join(ids)}"
        return responsys.http.get(path, headers={"Authorization": token})

    return send


def finish(responsys):
    responsys.order("requests", {"action": "finish"})


def test_a_request_is_accepted_now_and_its_answer_polled_for_later(responsys, submit, poll):
    request = submit()
    waiting = poll(request).json()
    sent_before = responsys.ask("ledger")["total"]
    finish(responsys)
    done = poll(request).json()

    assert (waiting["status"], waiting["response"]["errorCode"]) == ("IN_PROGRESS", "PROCESSING_REQUEST")
    assert (waiting["response"]["errorDetails"], waiting["requestProcessedTime"]) == ("[]", "")
    assert sent_before == 0
    assert (done["status"], done["response"]) == ("SUCCESS", [GOOD, UNKNOWN])
    assert list(done) == [
        "response",
        "requestId",
        "apiName",
        "timeZone",
        "requestTime",
        "requestProcessedTime",
        "status",
    ]


@pytest.mark.parametrize("status", [202, 200])
def test_the_acceptance_tells_where_to_poll(responsys, token, status):
    responsys.order("behaviour", {"async_status": status})

    answer = responsys.post("/events/LAPSED", token, EVENT, api="asyncApi")

    request = answer.json()["requestId"]
    assert answer.status_code == status
    assert base64.b64decode(request)[6:8] == b"::"
    assert answer.json() == {
        "requestId": request,
        "apiName": "AsyncTriggerCustomEvent",
        "status": "REQUEST_ACCEPTED",
        "links": [
            {"rel": "self", "href": "/rest/asyncApi/v1.3/events/LAPSED", "method": "POST"},
            {"rel": "asyncResponse", "href": f"/rest/asyncApi/v1.3/requests/{request}", "method": "GET"},
        ],
    }


@pytest.mark.parametrize(
    ("path", "body", "function"),
    [
        ("/events/LAPSED", EVENT, "triggerCustomEvent"),
        ("/lists/CONTACTS_LIST/members", MERGE, "mergeListMembers"),
        (
            "/lists/CONTACTS_LIST/listExtensions/LOYALTY/members",
            EXTENSION,
            "mergeProfileExtensionMembers",
        ),
        (
            "/lists/CONTACTS_LIST/listExtensions/LOYALTY/members?action=delete",
            {"queryAttribute": "c", "ids": ["demo-1"]},
            "deleteProfileExtensionMembers",
        ),
        ("/folders/Main/suppData/ORDERS/members", TABLE, "mergeSupplementalTableMembers"),
        ("/campaigns/WELCOME/email", EMAIL, "mergeTriggerEmail"),
    ],
)
def test_the_answer_is_that_of_the_synchronous_call(responsys, token, submit, poll, path, body, function):
    request = submit(path, body)
    finish(responsys)
    later = poll(request).json()
    at_once = responsys.post(path, token, body)

    assert later["status"] == "SUCCESS"
    assert without_links(later["response"]) == without_links(at_once.json())
    outcomes = {(call["function"], call["outcome"]) for call in responsys.ask("summary")["calls"]}
    assert {
        (f"{function}Async", "answered"),
        (function, "asynchronous: answered"),
        ("pollRequests", "answered"),
    } < outcomes
    assert [call["function"] for call in responsys.ask("ledger")["calls"]] == [function] * 2
    assert responsys.violations() == []


def without_links(answer):
    return {**answer, "links": None} if isinstance(answer, dict) else answer


def test_only_json_and_the_number_of_rows_are_looked_at_before_acceptance(responsys, token, submit, poll):
    many = {"customEvent": {}, "recipientData": [to("demo-1")] * 201}

    too_many = responsys.post("/events/LAPSED", token, many, api="asyncApi")
    not_json = responsys.post("/events/LAPSED", token, [], api="asyncApi")
    request = submit("/events/OTHER")
    finish(responsys)

    assert refusal(too_many)[:2] == (400, "RECIPIENT_LIMIT_EXCEEDED")
    assert refusal(not_json)[:2] == (400, "INVALID_REQUEST_CONTENT")
    failure = poll(request).json()
    assert (failure["status"], failure["response"]) == (
        "FAILURE",
        {
            "type": "",
            "title": "Custom event not found",
            "errorCode": "CUSTOM_EVENT_NOT_FOUND",
            "detail": "OTHER Custom Event Not Found",
            "errorDetails": "[]",
        },
    )


def test_a_violation_is_noted_in_processing(responsys, submit):
    submit("/events/LAPSED", {"customEvent": {}, "recipientData": []})

    finish(responsys)

    assert responsys.ask("violations")["violations"][0]["function"] == "triggerCustomEvent"
    assert responsys.violations() == ["recipientData is empty"]


def test_many_requests_are_polled_for_in_one_call_in_their_order(responsys, token, submit, poll):
    ids = [submit() for _ in range(200)]
    finish(responsys)

    by_body = responsys.post("/requests", token, {"requestIds": ids[::-1]}, api="asyncApi").json()
    by_path = poll(*ids[:10]).json()

    assert [told["requestId"] for told in by_body] == ids[::-1]
    assert {told["status"] for told in by_body} == {"SUCCESS"}
    assert [told["requestId"] for told in by_path] == ids[:10]


def test_a_poll_by_body_is_answered_with_an_array_even_for_one(responsys, token, submit):
    request = submit()

    answer = responsys.post("/requests", token, {"requestIds": [request]}, api="asyncApi").json()

    assert [told["requestId"] for told in answer] == [request]


def test_too_many_ids_are_refused(responsys, token, poll):
    by_path = poll(*["x"] * 11)
    by_body = responsys.post("/requests", token, {"requestIds": ["x"] * 201}, api="asyncApi")

    assert refusal(by_path) == (400, "INVALID_PARAMETER", "11 ids in the path, 10 are allowed")
    assert refusal(by_body)[:2] == (400, "REQUEST_LIMIT_EXCEEDED")
    assert len(responsys.violations()) == 2


@pytest.mark.parametrize("how", ["purged", "expired", "never there"])
def test_an_answer_that_is_gone_is_reported_as_purged(responsys, submit, poll, how):
    request = "bm9uc2Vuc2U=" if how == "never there" else submit()
    finish(responsys)
    if how == "purged":
        responsys.order("requests", {"action": "purge"})
    if how == "expired":
        responsys.order("behaviour", {"async_life": 0})

    told = poll(request).json()

    assert (told["status"], told["apiName"], told["timeZone"]) == ("UNKNOWN", "", None)
    assert (told["response"]["errorCode"], told["response"]["errorDetails"]) == ("RESPONSE_PURGED", "[]")


def test_requests_of_other_accounts_are_unknown(responsys, submit):
    seed = {"name": "other", "users": {"olga": "pw"}, "lists": [{"name": "L"}]}
    responsys.order("accounts", seed)
    request = submit()
    headers = {"Authorization": responsys.login("olga", "pw")}

    answer = responsys.http.get(f"{responsys.url}/rest/asyncApi/v1.3/requests/{request}", headers=headers)

    assert answer.json()["status"] == "UNKNOWN"


def test_without_delay_the_answer_is_there_at_the_first_poll(responsys, token, poll):
    responsys.order("behaviour", {"async_delay": 0})

    request = responsys.post("/events/LAPSED", token, EVENT, api="asyncApi").json()["requestId"]

    assert poll(request).json()["status"] == "SUCCESS"


def test_a_request_that_waits_meets_the_switches_and_the_ledger_of_its_processing(responsys, submit):
    submit(body={"customEvent": {}, "recipientData": [to("stranger")]})
    responsys.order("reset", {"calls_only": True})
    responsys.order("behaviour", {"unknown_recipient": "RECIPIENT_NOT_FOUND"})

    finish(responsys)

    (call,) = responsys.ask("ledger?detail=1")["calls"]
    assert call["rows"][0]["errorMessage"] == "RECIPIENT_NOT_FOUND: Recipient Not Found"


def test_submitting_and_polling_have_limits_of_their_own(responsys, token, submit, poll):
    responsys.order("limits", {"limits": {"triggerCustomEvent": 0, "pollRequests": 1}})

    request = submit()
    polls = [poll(request), responsys.post("/requests", token, {"requestIds": [request]}, api="asyncApi")]

    assert polls[0].status_code == 200
    assert refusal(polls[1])[1] == "API_LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("code", "status", "function"),
    [
        ("UNABLE_TO_SUBMIT_ASYNC_REQUEST", 500, "triggerCustomEventAsync"),
        ("ASYNC_API_DISABLED_FOR_USER", 200, "triggerCustomEventAsync"),
    ],
)
def test_a_full_queue_and_a_feature_that_is_off_can_be_had(responsys, token, code, status, function):
    responsys.order("faults", [{"kind": "error", "errorCode": code, "function": function}])

    answer = responsys.post("/events/LAPSED", token, EVENT, api="asyncApi")

    assert refusal(answer)[:2] == (status, code)
    assert responsys.ask("requests") == []


@pytest.mark.parametrize(
    ("fault", "code", "processed"),
    [
        ({"errorCode": "CAMPAIGN_IS_INVALID"}, "CAMPAIGN_IS_INVALID", 0),
        ({"errorCode": "UNEXPECTED_EXCEPTION", "when": "after"}, "UNEXPECTED_EXCEPTION", 1),
    ],
)
def test_an_error_rule_that_names_the_function_strikes_in_processing(
    responsys, submit, poll, fault, code, processed
):
    responsys.order("faults", [{"kind": "error", "function": "triggerCustomEvent"} | fault])
    request = submit()
    finish(responsys)

    told = poll(request).json()

    assert (told["status"], told["response"]["errorCode"]) == ("FAILURE", code)
    assert responsys.ask("ledger")["total"] == processed


def test_the_results_inside_a_poll_can_be_garbled(responsys, submit, poll):
    responsys.order("faults", [{"kind": "short", "function": "triggerCustomEvent"}])
    request = submit()
    finish(responsys)

    assert poll(request).json()["response"] == [GOOD]


def test_a_rule_that_names_no_function_strikes_only_on_the_wire(responsys, submit, poll):
    request = submit()
    responsys.order("faults", [{"kind": "error", "errorCode": "UNEXPECTED_EXCEPTION", "after": 1}])
    finish(responsys)

    assert poll(request).json()["status"] == "SUCCESS"


def test_requests_can_be_looked_at(responsys, submit):
    request = submit()

    (waiting,) = responsys.ask("requests")

    assert waiting.pop("accepted") > 0
    assert waiting == {
        "requestId": request,
        "account": "demo",
        "function": "triggerCustomEvent",
        "processed": None,
        "status": "IN_PROGRESS",
    }
