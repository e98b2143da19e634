"""pipeline.responsys.client; bodies as in Oracle's api-v1.3-events-eventName-post.htm."""

import json
import logging
import time
from dataclasses import replace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.model.call import Call
from pipeline.responsys.client import MAX_BODY, Client, encoded
from pipeline.responsys.login import shared_tokens
from pipeline.wire.deadlines import within
from pipeline.wire.session import open_session
from pipeline.wire.token_store import key
from tests.fixtures.bad_server import answer, drip
from tests.responsys.conftest import END_POINT, EVENT, error

PATH = "/rest/api/v1.3/events/LAPSED"
CALL = Call("triggerCustomEvent", PATH, {"customEvent": {}, "recipientData": []})
LISTS = Call("retrieveLists", "/rest/api/v1.3/lists", method="GET")
DELIVERED = [{"errorMessage": None, "success": True, "recipientId": 364470001}]


def test_a_call_goes_to_the_end_point_with_the_bare_token(responsys, oracle):
    oracle.log_in("EtokenA")
    oracle.post(EVENT, json=DELIVERED)

    assert responsys.send(CALL) == DELIVERED
    assert oracle.sent[1] == (f"POST {PATH}", "EtokenA", {"customEvent": {}, "recipientData": []})
    assert oracle.calls[1].request.headers["Content-Type"] == "application/json"


def test_being_ready_means_to_have_a_token_and_sends_nothing(responsys, oracle):
    oracle.log_in()

    responsys.ready()

    assert oracle.paths == ["token"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, error("INVALID_TOKEN", "Not a valid authentication token", "Not a valid token")),
        (401, error("TOKEN_EXPIRED")),
        (500, error("UNEXPECTED_EXCEPTION", "Not a valid authentication token")),
    ],
)
def test_a_refused_token_is_replaced_and_the_call_sent_once_more(responsys, oracle, status, body):
    oracle.log_in("EtokenA")
    oracle.post(EVENT, status=status, json=body)
    oracle.log_in("EtokenB")
    oracle.post(EVENT, json=DELIVERED)

    assert responsys.send(CALL) == DELIVERED
    assert [token for _, token, _ in oracle.sent] == [None, "EtokenA", None, "EtokenB"]


def test_a_second_refused_token_is_enough(responsys, oracle, redis, connector):
    for token in ("EtokenA", "EtokenB"):
        oracle.log_in(token)
        oracle.post(EVENT, status=401, json=error("INVALID_TOKEN"))

    with pytest.raises(RetryLater, match="INVALID_TOKEN"):
        responsys.send(CALL)

    assert oracle.paths == ["token", "LAPSED"] * 2
    assert redis.get(key(connector)) is None


def test_other_refusals_with_401_do_not_log_in_again(responsys, oracle):
    oracle.log_in()
    oracle.post(EVENT, status=401, json=error("INSUFFICIENT_ACCESS"))

    with pytest.raises(Held, match="INSUFFICIENT_ACCESS"):
        responsys.send(CALL)

    assert oracle.paths == ["token", "LAPSED"]


def test_a_refused_token_costs_another_login_only_when_there_is_a_permit(responsys, oracle, permits):
    permits.extend([0.0, 6.0])
    oracle.log_in("EtokenA")
    oracle.post(EVENT, status=401, json=error("TOKEN_EXPIRED"))

    with pytest.raises(Throttled) as caught:
        responsys.send(CALL)

    assert (caught.value.scope, caught.value.delay) == ("login", 6.0)


def test_after_a_fail_over_the_next_try_logs_in_again(responsys, oracle, redis, connector):
    oracle.log_in()
    oracle.post(EVENT, status=500, json=error("UNRECOVERABLE_EXCEPTION"))

    with pytest.raises(RetryLater, match="UNRECOVERABLE_EXCEPTION"):
        responsys.send(CALL)

    assert redis.get(key(connector)) is None


def test_a_good_status_with_an_error_code_is_an_error(responsys, oracle):
    oracle.log_in()
    oracle.post(EVENT, status=200, json=error("ASYNC_API_DISABLED_FOR_USER"))

    with pytest.raises(Held, match="ASYNC_API_DISABLED_FOR_USER"):
        responsys.send(CALL)


def test_a_call_that_changes_something_and_gets_no_good_answer_is_unknown(responsys, oracle):
    oracle.log_in()
    oracle.post(EVENT, status=502, body="<html>Bad gateway</html>")

    with pytest.raises(OutcomeUnknown, match="HTTP 502 without a Responsys answer"):
        responsys.send(CALL)


@pytest.mark.parametrize("answer", [{"status": 502, "body": "<html>"}, {"body": requests.ReadTimeout()}])
def test_a_call_that_only_reads_is_never_unknown(responsys, oracle, answer):
    oracle.log_in()
    oracle.get(f"{END_POINT}/rest/api/v1.3/lists", **answer)

    with pytest.raises(RetryLater):
        responsys.send(LISTS)


def test_a_body_that_the_gateway_would_drop_is_not_sent(responsys, oracle):
    call = Call("triggerCustomEvent", PATH, {"filler": "x" * MAX_BODY})

    with pytest.raises(Refused) as caught:
        responsys.send(call)

    assert (caught.value.code, caught.value.isolate) == ("PAYLOAD_TOO_LARGE", True)


def test_neither_body_nor_token_is_shown_when_a_call_fails(responsys, oracle, caplog):
    caplog.set_level(logging.DEBUG)
    oracle.log_in("EtokenA")
    oracle.post(EVENT, status=400, json=error("INVALID_PARAMETER", "ada@example.com is not valid"))
    call = Call("triggerCustomEvent", PATH, {"recipientData": ["ada@example.com"]})

    with pytest.raises(Refused) as caught:
        responsys.send(call)

    for text in (str(caught.value), repr(call), caplog.text):
        assert "ada@" not in text
        assert "EtokenA" not in text


@given(
    st.recursive(
        st.none() | st.text() | st.integers(0, 2**63),
        lambda values: st.lists(values) | st.dictionaries(st.text(), values),
        max_leaves=20,
    )
)
def test_a_body_is_ascii_and_reads_back_as_it_was(value):
    """Oracle: an accented character as such may give INVALID_REQUEST_CONTENT."""
    content = encoded(Call("triggerCustomEvent", PATH, {"value": value}))

    assert content.isascii()
    assert json.loads(content) == {"value": value}


def test_names_with_odd_characters_arrive_as_they_were_encoded(connector, tokens, oracle, responsys):
    oracle.log_in()
    oracle.post(f"{END_POINT}/rest/api/v1.3/events/%5BTEST%5D%20a%2Fb%3F%C3%BC", json=DELIVERED)

    responsys.send(Call("triggerCustomEvent", "/rest/api/v1.3/events/%5BTEST%5D%20a%2Fb%3F%C3%BC", {}))

    assert oracle.calls[1].request.path_url == "/rest/api/v1.3/events/%5BTEST%5D%20a%2Fb%3F%C3%BC"


@pytest.fixture
def served(serve, redis, vault, connector):
    """Makes clients of an account whose login and calls are answered as told."""

    def make(login, *calls, **timeouts):
        end_point = serve(*calls)
        grant = json.dumps({"authToken": "EtokenA", "endPoint": end_point.url}).encode()
        account = replace(connector, auth_endpoint=serve(login or answer(grant)).url)
        session = open_session()
        tokens = shared_tokens(redis, vault, take=lambda *_: 0.0, session=session)
        return Client(account, tokens, session=session, **timeouts)

    return make


DRIP = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")


def test_a_call_whose_answer_drips_ends_in_time(served):
    client = served(None, DRIP, call_timeout=3)

    with pytest.raises(OutcomeUnknown, match=r"^Timeout: no answer: CallTimeout$"):
        client.send(CALL)


def test_a_login_that_drips_ends_with_its_call(served):
    client = served(DRIP, answer(b"[]"), call_timeout=3)

    with pytest.raises(RetryLater, match="no answer: CallTimeout"):
        client.send(CALL)


def test_a_login_made_ready_for_a_call_takes_part_of_its_time(served, monkeypatch):
    moments = [time.monotonic()]
    monkeypatch.setattr("pipeline.responsys.client.time.monotonic", lambda: moments[-1])
    client = served(None, answer(b"[]"), call_timeout=60)
    client.ready()
    moments.append(moments[-1] + 59.9)
    granted = []
    monkeypatch.setattr("pipeline.responsys.client.within", lambda left: granted.append(left) or within(left))

    client.send(CALL)

    assert 0 < granted[0] < 0.2
