"""Asynchronous calls, whose answers are asked for later."""

import json
from dataclasses import replace
from typing import Any

import pytest
import requests
import responses

from pipeline.lanes import limits
from pipeline.lanes.quota import Quota
from pipeline.records import mirror
from tests.deliver.environment import Environment, answer, sent
from tests.fixtures.oracle import HOST

SUBMIT = f"{HOST}/rest/asyncApi/v1.3/events/LAPSED"
REQUESTS = f"{HOST}/rest/asyncApi/v1.3/requests"


@pytest.fixture
def later(environment, oracle):
    """An environment whose events are answered later."""
    environment.configure_connector(api="async")
    oracle.post(SUBMIT, status=202, json={"requestId": "R1", "apiName": "x", "status": "REQUEST_ACCEPTED"})
    return environment


def poll(environment: Environment) -> str:
    for batch in environment.redis.zrange("polls:acme", 0, -1):
        environment.redis.zadd("polls:acme", {batch: 1})
    environment.redis.delete(f"limit:{environment.account}:pollRequests")
    return environment.polling.poll("acme")


def envelope(status: str, response: Any) -> dict[str, Any]:
    return {"requestId": "R1", "apiName": "x", "status": status, "response": response}


def test_an_answer_that_comes_later_is_read_like_one_that_came_at_once(later, oracle):
    later.receive("p1", "p2")
    assert later.deliver() == "2 rows of lapsed submitted"
    assert later.redis.zcard("flying:acme") == 0
    oracle.post(REQUESTS, json=[envelope("SUCCESS", answer(None, "NO_RECIPIENT_FOUND: Recipient Not Found"))])

    assert poll(later) == "1 asked after, 1 answered"
    assert later.letters() == [("p2", "NO_RECIPIENT_FOUND", "Recipient Not Found")]
    assert (later.numbers()["sent"], later.waiting()) == (1, 0)


@pytest.mark.parametrize("end", ["renew_leases", "abandon"])
def test_a_worker_s_timer_does_not_lapse_a_call_that_was_just_submitted(later, monkeypatch, end):
    """The timer knows the call of a batch until its thread has noted what follows."""
    submitted = later.lanes.submitted

    def tick_before_it_is_known_here(*args):
        assert submitted(*args)
        getattr(later.delivery, end)()
        return True

    monkeypatch.setattr(later.lanes, "submitted", tick_before_it_is_known_here)
    later.receive("p1")

    assert later.deliver() == "1 row of lapsed submitted"
    assert later.redis.zcard("flying:acme") == 0


def test_a_destination_alone_may_have_its_answers_come_later(later, oracle):
    later.configure_connector(api="sync")
    later.configure(api="async")
    later.receive("p1")

    assert later.deliver() == "1 row of lapsed submitted"


def test_pending_answers_are_asked_for_less_and_less_often(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json=[envelope("IN_PROGRESS", {"errorCode": "PROCESSING_REQUEST"})])

    waits = []
    for _ in range(6):
        assert poll(later) == "1 asked after, 0 answered"
        waits.append(round(later.lanes.polls.next_due("acme")))
    assert waits == [2, 4, 8, 16, 30, 30]


def test_an_answer_that_is_no_longer_kept_is_an_unknown_outcome(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json=[envelope("UNKNOWN", {"errorCode": "RESPONSE_PURGED"})])
    poll(later)

    assert [(profile, code) for profile, code, _ in later.letters()] == [("p1", "OutcomeUnknown")]


def test_a_refusal_that_comes_later_counts_as_one_that_came_at_once(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json=[envelope("FAILURE", {"errorCode": "CUSTOM_EVENT_NOT_FOUND", "detail": ""})])
    poll(later)

    assert later.hold("destination", "lapsed") == "held: CUSTOM_EVENT_NOT_FOUND"
    assert later.waiting() == 1


def test_a_question_that_is_not_answered_is_asked_again(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.add_callback(responses.POST, REQUESTS, sent({"body": requests.ReadTimeout()}))
    poll(later)
    oracle.replace(responses.POST, REQUESTS, json=[envelope("SUCCESS", answer(None))])

    assert poll(later) == "1 asked after, 1 answered"
    assert later.numbers()["sent"] == 1


@pytest.mark.parametrize("code", ["ASYNC_API_DISABLED_FOR_USER", "API_BLOCKED", "ACCOUNT_SUSPENDED"])
def test_an_api_that_is_switched_off_holds_the_connector_until_it_is_resumed(later, oracle, code):
    """The rows wait for their answers, which Responsys keeps for a day."""
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json={"errorCode": code, "detail": "ask your administrator"})

    assert poll(later) == f"{code}: connector held, 1 asked after again when it is resumed"
    assert later.hold("connector", "acme") == f"held: {code}"
    assert poll(later) == "nothing to ask after, or no permit"
    oracle.replace(responses.POST, REQUESTS, json=[envelope("SUCCESS", answer(None))])
    later.records.release("connector", "acme")
    mirror.refresh(later.redis, later.records)
    assert poll(later) == "1 asked after, 1 answered"
    assert later.numbers()["sent"] == 1


def test_a_question_that_takes_longer_than_its_lease_is_not_asked_by_another_worker(later, oracle):
    later.receive("p1")
    later.deliver()
    others = []

    def take_long(_request):
        later.redis.zadd("polls:acme", dict.fromkeys(later.redis.zrange("polls:acme", 0, -1), 1))
        later.polling.renew_leases()
        others.append(later.polling.poll("acme"))
        return 200, {}, json.dumps([envelope("SUCCESS", answer(None))])

    oracle.add_callback(responses.POST, REQUESTS, take_long)

    assert poll(later) == "1 asked after, 1 answered"
    assert others == ["nothing to ask after, or no permit"]


def test_a_question_that_was_answered_is_not_put_off_by_its_lease(later, oracle):
    later.receive("p1")
    later.deliver()
    oracle.post(REQUESTS, json=[envelope("IN_PROGRESS", {"errorCode": "PROCESSING_REQUEST"})])
    poll(later)

    later.polling.renew_leases()
    assert round(later.lanes.polls.next_due("acme")) == 2


def test_questions_are_no_more_than_the_account_says(later):
    limits.store_allowances(later.redis, later.account, {"pollRequests": 3})
    quota = replace(later.quota_of("acme", "pollRequests"), limit=0, default=300)

    assert [ask(later, quota) for _ in range(2)] == [1, 0]


def ask(environment: Environment, quota: Quota) -> int:
    """Ask after one request more, if that may be."""
    environment.redis.hset("batch:b", mapping={"attempt": 1, "request": "R"})
    environment.redis.zadd("polls:acme", {"b": 1})
    return len(environment.lanes.polls.claim(quota))
