"""Throttling, as section 9 of the API reference has it."""

import pytest

from emulators.responsys.account.limits import Meter
from emulators.responsys.messages.behaviour import Behaviour
from tests.emulators.conftest import refusal, to


def test_a_function_takes_so_many_calls_per_window_and_no_more(responsys, token):
    responsys.order("limits", {"limits": {"triggerCustomEvent": 2}})

    answers = [responsys.trigger(token, to("demo-1")) for _ in range(3)]

    detail = "The limit for triggerCustomEvent has been exceeded. Try again in a minute."
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert refusal(answers[2]) == (400, "API_LIMIT_EXCEEDED", detail)
    assert "Retry-After" not in answers[2].headers
    assert responsys.get("/v1.3/lists", token).status_code == 200


def test_a_throttled_call_does_nothing_and_is_no_violation(responsys, token):
    responsys.order("limits", {"limits": {"triggerCustomEvent": 0}})

    responsys.trigger(token, to("demo-1"))

    summary = responsys.ask("summary")
    assert summary["recipients"] == {"accepted": 0, "rejected": {}}
    assert summary["violations"] == 0
    assert {"limit": 0, "peak": 0, "peak_sliding": 0, "throttled": 1} in [
        {key: limit[key] for key in ("limit", "peak", "peak_sliding", "throttled")}
        for limit in summary["limits"]
    ]


def test_a_call_carries_any_number_of_recipients(responsys, token):
    responsys.order("limits", {"limits": {"triggerCustomEvent": 1}})

    answer = responsys.trigger(token, *[to(f"demo-{number}") for number in range(10)])

    assert [result["success"] for result in answer.json()] == [True] * 10


def test_logging_in_is_limited_to_ten_per_minute(responsys):
    form = {"user_name": "api_user", "password": "wrong", "auth_type": "password"}

    codes = [refusal(responsys.post_form(form))[1] for _ in range(11)]

    assert codes == ["INVALID_USER_NAME_PASSWORD"] * 10 + ["API_LIMIT_EXCEEDED"]


@pytest.mark.parametrize("status", [400, 401, 429])
def test_the_status_of_the_refusal_can_be_chosen_and_a_wait_added(responsys, token, status):
    """Oracle's pages disagree on the status."""
    responsys.order("limits", {"limits": {"triggerCustomEvent": 0}})
    responsys.order("behaviour", {"limit_status": status, "retry_after": 30})

    answer = responsys.trigger(token, to("demo-1"))

    assert refusal(answer)[:2] == (status, "API_LIMIT_EXCEEDED")
    assert answer.headers["Retry-After"] == "30"


def test_an_account_can_read_its_own_limits(responsys, token):
    responsys.order("limits", {"limits": {"triggerCustomEvent": 450}})

    limits = responsys.get("/ratelimit", token).json()

    assert limits[1] == {
        "api": "triggerCustomEvent",
        "limit": 450,
        "resource_path": "/rest/api/v1.3/events/{eventName}",
        "verb": "POST",
        "description": "Trigger custom event",
    }
    assert {entry["api"]: entry["limit"] for entry in limits}["login"] == 10


def test_accounts_do_not_share_limits_events_or_people(responsys, token):
    lists = [{"name": "CONTACTS_LIST", "members": [{"customer_id": "O-1", "riid": 5}]}]
    responsys.order(
        "accounts", {"name": "other", "users": {"olga": "pw"}, "lists": lists, "events": ["LAPSED"]}
    )
    responsys.order("limits", {"account": "demo", "limits": {"triggerCustomEvent": 0}})
    olga = responsys.login("olga", "pw")

    mine, hers = responsys.trigger(token, to("demo-1")), responsys.trigger(olga, to("demo-1"), to("O-1"))

    assert refusal(mine)[1] == "API_LIMIT_EXCEEDED"
    assert [result["recipientId"] for result in hers.json()] == [-1, 5]


def test_a_fixed_window_ends_with_the_clock_and_a_sliding_one_with_the_oldest_call():
    moments = [59.0, 59.5, 60.0, 118.9, 119.1]

    def let_through(shape):
        meter = Meter(limit=2)
        return [meter.admit(moment, Behaviour(window=60, window_shape=shape)) for moment in moments], meter

    fixed, clock_meter = let_through("fixed")
    sliding, _ = let_through("sliding")

    assert fixed == [True, True, True, True, False]
    assert sliding == [True, True, False, False, True]
    assert clock_meter.report() == {"limit": 2, "peak": 2, "peak_sliding": 4, "throttled": 1}


def test_no_limit_lets_everything_through():
    meter = Meter(limit=None)

    assert all(meter.admit(1.0, Behaviour()) for _ in range(1000))
