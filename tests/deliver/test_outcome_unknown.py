"""Calls that were sent and whose answer was lost or late."""

import json

import pytest
import requests
import responses

from tests.builders import cut, first_profiles
from tests.deliver.environment import EVENT, answer, sent


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ({"body": requests.ReadTimeout()}, "Timeout"),
        ({"body": requests.ConnectionError("reset")}, "OutcomeUnknown"),
        ({"status": 502, "body": "<html>Bad Gateway</html>"}, "OutcomeUnknown"),
        ({"body": '[{"errorMessage": nu'}, "OutcomeUnknown"),
        ({"body": json.dumps(answer(None))}, "OutcomeUnknown"),
        ({"body": json.dumps(answer(None, None, None))}, "OutcomeUnknown"),
    ],
)
def test_an_event_whose_outcome_is_unknown_is_not_sent_again(environment, oracle, failure, code):
    oracle.add_callback(responses.POST, EVENT, sent(failure))
    environment.receive("p1", "p2")

    assert environment.deliver() == "2 rows of lapsed, 2 rejected"
    assert [(profile, found) for profile, found, _ in environment.letters()] == [("p1", code), ("p2", code)]
    assert environment.waiting() == 0


def test_a_destination_may_ask_for_unknown_outcomes_to_be_sent_again(environment, oracle):
    environment.configure(on_unknown="resend")
    oracle.add_callback(responses.POST, EVENT, sent({"body": requests.ReadTimeout()}))
    environment.receive("p1")

    assert environment.deliver() == "Timeout: 1 row, try 1 of 8"
    environment.due()
    oracle.replace(responses.POST, EVENT, json=answer(None))
    assert environment.deliver() == "1 row of lapsed"


def test_a_call_whose_worker_died_is_an_unknown_outcome(environment, oracle):
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)
    environment.lanes.begin(batch)
    ((_, later),) = environment.lapse(batch)

    assert environment.delivery.deliver(batch.id, later).text == "1 row of lapsed, 1 rejected"
    assert environment.letters() == [("p1", "OutcomeUnknown", "the worker stopped during the call")]


def test_what_was_recorded_and_not_settled_is_settled_from_the_ledger(environment, oracle):
    oracle.post(EVENT, json=answer(None, "PROFILE_LIST_NOT_FOUND", "NO_RECIPIENT_FOUND"))
    environment.receive("p1", "p2", "p3")
    batch = cut(environment.lanes, environment.quota)
    environment.lanes.settle, settle = lambda *_: True, environment.lanes.settle
    environment.delivery.deliver(batch.id, batch.attempt)
    environment.lanes.settle = settle
    ((_, later),) = environment.lapse(batch)

    assert environment.delivery.deliver(batch.id, later).text == "3 rows of lapsed, settled from the ledger"
    assert first_profiles(environment.redis, "lapsed") == [b"p2"]
    assert (environment.numbers()["sent"], len(environment.letters())) == (1, 1)


def test_who_comes_second_with_an_outcome_changes_nothing(environment, oracle):
    """A worker that was only slow wakes up when its batch has been given up."""
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)

    def slow(_request):
        ((_, later),) = environment.lapse(batch)
        environment.delivery.deliver(batch.id, later)
        return 200, {}, json.dumps(answer(None))

    oracle.add_callback(responses.POST, EVENT, slow)
    environment.delivery.deliver(batch.id, batch.attempt)

    assert [(profile, code) for profile, code, _ in environment.letters()] == [("p1", "OutcomeUnknown")]
    assert environment.numbers().get("sent") is None
    assert environment.waiting() == 0


def test_a_worker_that_stops_leaves_its_calls_to_others_at_once(environment, oracle):
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)
    found = []

    def hang(_request):
        environment.delivery.abandon()
        found.extend(environment.lanes.leases.lapsed("acme"))
        return 200, {}, json.dumps(answer(None))

    oracle.add_callback(responses.POST, EVENT, hang)
    environment.delivery.deliver(batch.id, batch.attempt)

    assert found == [(batch.id, batch.attempt + 1)]


def test_a_call_that_takes_long_is_not_taken_for_lost(environment, oracle):
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)
    found = []

    def take_long(_request):
        environment.redis.zadd("flying:acme", {batch.id: 1})
        environment.delivery.renew_leases()
        found.extend(environment.lanes.leases.lapsed("acme"))
        return 200, {}, json.dumps(answer(None))

    oracle.add_callback(responses.POST, EVENT, take_long)
    environment.delivery.deliver(batch.id, batch.attempt)

    assert (found, environment.numbers()["sent"]) == ([], 1)
