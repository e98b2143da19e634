"""Calls that were not sent, or refused for now: their batches wait."""

import time
from dataclasses import replace

import pytest
import responses

from pipeline.deliver.failures import MAX_ATTEMPTS
from tests.deliver.environment import EVENT, answer, refusal


@pytest.mark.parametrize("status", [400, 401, 429])
def test_a_function_that_is_limited_pauses_and_its_rows_wait(environment, oracle, status):
    """Sources disagree on the status; the code decides."""
    oracle.post(EVENT, status=status, json=refusal("API_LIMIT_EXCEEDED"))
    environment.receive("p1")
    began = time.time()

    assert environment.deliver() == "API_LIMIT_EXCEEDED: 1 row waits"
    wait = environment.lanes.claim(environment.quota)
    assert began + 60 - time.time() <= wait <= 66
    assert environment.letters() == []


def test_throttling_uses_no_attempt_up(environment, oracle):
    environment.receive("p1")
    for _ in range(MAX_ATTEMPTS + 1):
        oracle.post(EVENT, status=400, json=refusal("API_LIMIT_EXCEEDED"))
        environment.deliver()
        environment.due()
        oracle.remove(responses.POST, EVENT)
    oracle.post(EVENT, json=answer(None))

    assert environment.deliver() == "1 row of lapsed"


def test_an_exhausted_account_pauses_as_a_whole(environment, oracle):
    oracle.post(EVENT, status=400, json=refusal("INTERNAL_CAPACITY_LIMIT_EXCEEDED"))
    environment.receive("p1")
    began = time.time()
    environment.deliver()

    wait = environment.lanes.claim(replace(environment.quota, function="triggerCustomEvent"))
    assert began + 60 - time.time() <= wait <= 60
    assert environment.redis.hget(f"capacity:{environment.account}", "strikes") == b"1"


def test_a_call_that_did_not_get_there_is_tried_eight_times(environment, oracle):
    oracle.post(EVENT, status=503, json=refusal("SERVICE_UNAVAILABLE", "try later"))
    environment.receive("p1")

    texts = []
    for _ in range(MAX_ATTEMPTS):
        texts.append(environment.deliver())
        environment.due()
    assert texts[0] == "SERVICE_UNAVAILABLE: 1 row, try 1 of 8"
    assert texts[-1] == "1 row of lapsed, 1 rejected"
    assert environment.letters() == [("p1", "SERVICE_UNAVAILABLE", "try later")]
