"""Calls that were refused: destinations are held, rows rejected, or bad rows isolated."""

import json

import pytest
import responses

from pipeline.records import mirror
from tests.builders import first_profiles
from tests.deliver.environment import CONFIGURATION, EVENT, answer, read, refusal
from tests.fixtures.oracle import HOST


@pytest.mark.parametrize("code", ["CUSTOM_EVENT_NOT_FOUND", "LIST_NOT_FOUND", "API_BLOCKED"])
def test_what_the_destination_lacks_holds_it_and_its_rows_wait(environment, oracle, code):
    oracle.post(EVENT, status=404, json=refusal(code))
    environment.receive("p1")
    environment.deliver()

    assert environment.hold("destination", "lapsed") == f"held: {code}"
    assert (environment.waiting(), environment.lanes.claim(environment.quota)) == (1, None)
    environment.records.release("destination", "lapsed")
    mirror.refresh(environment.redis, environment.records)
    oracle.replace(responses.POST, EVENT, json=answer(None))
    assert environment.deliver() == "1 row of lapsed"


def test_a_list_that_single_recipients_miss_holds_the_destination_too(environment, oracle):
    """Recorded: 200 with PROFILE_LIST_NOT_FOUND per recipient. What was delivered stays delivered."""
    oracle.post(EVENT, json=answer(None, "PROFILE_LIST_NOT_FOUND"))
    environment.receive("p1", "p2")

    assert environment.deliver() == "2 rows of lapsed, 1 given back"
    assert environment.hold("destination", "lapsed") == "held: PROFILE_LIST_NOT_FOUND"
    assert (first_profiles(environment.redis, "lapsed"), environment.letters()) == ([b"p2"], [])
    assert environment.numbers()["sent"] == 1


def test_refused_credentials_hold_the_connector_before_any_call(environment, oracle):
    url = f"{HOST}/rest/api/v1.3/auth/token"
    oracle.replace(responses.POST, url, status=400, json=refusal("INVALID_USER_NAME_PASSWORD"))
    environment.receive("p1")
    environment.deliver()

    assert environment.hold("connector", "acme") == "held: INVALID_USER_NAME_PASSWORD"
    assert environment.lanes.claim(environment.quota) is None
    assert (environment.waiting(), environment.letters()) == (1, [])


def test_a_late_refusal_of_former_credentials_does_not_hold_the_connector_again(environment, oracle):
    """A person has changed the password and resumed the connector while the call was under way."""
    url = f"{HOST}/rest/api/v1.3/auth/token"
    connector = {**CONFIGURATION["connectors"]["acme"], "password": "another"}

    def judge(_request):
        environment.records.apply({**CONFIGURATION, "connectors": {"acme": connector}})
        return 400, {}, json.dumps(refusal("INVALID_USER_NAME_PASSWORD"))

    oracle.remove(responses.POST, url)
    oracle.add_callback(responses.POST, url, judge)
    environment.receive("p1")
    environment.deliver()

    assert environment.hold("connector", "acme") is None
    assert (environment.waiting(), environment.letters()) == (1, [])


def test_a_row_that_spoils_its_call_comes_to_stand_alone(environment, oracle):
    def judge(request):
        people = [one["recipient"]["customerId"] for one in read(request)["recipientData"]]
        if "C-p3" in people:
            return 400, {}, json.dumps(refusal("INVALID_PARAMETER", "bad value"))
        return 200, {}, json.dumps(answer(*[None] * len(people)))

    oracle.add_callback(responses.POST, EVENT, judge)
    environment.receive(*[f"p{n}" for n in range(8)])
    while environment.waiting():
        environment.deliver()

    assert environment.letters() == [("p3", "INVALID_PARAMETER", "bad value")]
    assert environment.numbers()["sent"] == 7


def test_a_refusal_of_the_whole_call_that_no_row_explains_rejects_all(environment, oracle):
    oracle.post(EVENT, status=400, json=refusal("SOMETHING_NEW", "never seen"))
    environment.receive("p1", "p2")
    environment.deliver()

    assert environment.letters() == [
        ("p1", "SOMETHING_NEW", "never seen"),
        ("p2", "SOMETHING_NEW", "never seen"),
    ]
