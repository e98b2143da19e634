"""pipeline.responsys.login and authentication; answers as in Oracle's Authentication.html."""

import logging
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests
from cryptography.fernet import Fernet
from redis.exceptions import ConnectionError as RedisDown

from pipeline.errors import Held, RetryLater, Throttled
from pipeline.responsys.login import TERMS, shared_tokens
from pipeline.stores.vault import Vault
from pipeline.wire.session import open_session
from pipeline.wire.token_store import key
from tests.responsys.conftest import END_POINT, LOGIN, error

PASSWORD_FORM = "user_name=api_user&password=hunter2&auth_type=password"


@pytest.fixture
def other_process(redis, vault):
    return shared_tokens(redis, vault, take=lambda *_: 0.0, session=open_session())


def grow_old(redis, connector, seconds=TERMS.renew_after):
    """Let a token grow old: no test waits for a clock."""
    redis.pexpire(key(connector), round((TERMS.life - seconds) * 1000))


def test_credentials_travel_in_the_body_and_never_in_the_url(tokens, connector, oracle):
    oracle.log_in("EtokenA")

    token = tokens.get(connector)

    assert (token.value, token.end_point) == ("EtokenA", END_POINT)
    assert oracle.sent == [("POST /rest/api/v1.3/auth/token", None, PASSWORD_FORM)]
    assert oracle.calls[0].request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_one_login_serves_all_processes(tokens, other_process, connector, oracle):
    oracle.log_in("EtokenA")

    assert [tokens.get(connector).value, tokens.get(connector).value, other_process.get(connector).value] == [
        "EtokenA"
    ] * 3
    assert len(oracle.calls) == 1


def test_the_lock_of_a_login_is_released_although_redis_was_away_in_it(
    tokens, connector, oracle, redis, monkeypatch
):
    """Else the account would stand still until the end of its lease, two minutes and more."""
    oracle.log_in("EtokenA")
    run, failures = redis.eval, [RedisDown("away")] * 2

    def evaluate(*args):
        if failures:
            raise failures.pop()
        return run(*args)

    monkeypatch.setattr(redis, "eval", evaluate)
    monkeypatch.setattr("pipeline.wire.tokens.RELEASE_PAUSES", (0, 0))
    tokens.get(connector)

    assert failures == []
    assert not redis.exists(f"{key(connector)}:lock")


def test_threads_that_need_a_token_at_once_share_one_login(tokens, connector, oracle):
    oracle.log_in("EtokenA")
    found = []

    def work():
        found.append(tokens.get(connector).value)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["EtokenA"] * 8
    assert len(oracle.calls) == 1


def test_who_waits_too_long_for_anothers_login_tries_again_later(tokens, connector, redis, monkeypatch):
    monkeypatch.setattr("pipeline.wire.tokens.MAX_WAIT", 0.1)
    redis.set(f"{key(connector)}:lock", "another worker")

    with pytest.raises(RetryLater) as caught:
        tokens.get(connector)

    assert (caught.value.detail, caught.value.delay) == ("another worker is still logging in", 1)


def test_two_accounts_have_two_tokens(tokens, connector, oracle):
    oracle.log_in("EtokenA")
    oracle.log_in("EtokenB")

    assert [tokens.get(connector).value, tokens.get(replace(connector, username="else")).value] == [
        "EtokenA",
        "EtokenB",
    ]


def test_a_token_is_not_used_after_the_password_was_changed(tokens, connector, oracle):
    """Else a wrong password would go unnoticed for two hours."""
    oracle.log_in("EtokenA")
    oracle.log_in("EtokenB")

    assert [tokens.get(connector).value, tokens.get(replace(connector, password="new")).value] == [
        "EtokenA",
        "EtokenB",
    ]


def test_a_token_of_90_minutes_is_exchanged_for_a_new_one(tokens, connector, oracle, redis):
    oracle.log_in("EtokenA")
    oracle.log_in("EtokenB")
    tokens.get(connector)
    grow_old(redis, connector)

    assert tokens.get(connector).value == "EtokenB"
    assert oracle.sent[1] == ("POST /rest/api/v1.3/auth/token", "EtokenA", "auth_type=token")
    assert redis.ttl(key(connector)) > TERMS.renew_after


def test_a_token_that_cannot_be_exchanged_is_followed_by_a_full_login(tokens, connector, oracle, redis):
    oracle.log_in("EtokenA")
    oracle.refuse_login(401, "TOKEN_EXPIRED")
    oracle.log_in("EtokenB")
    tokens.get(connector)
    grow_old(redis, connector)

    assert tokens.get(connector).value == "EtokenB"
    assert [body for _, _, body in oracle.sent] == [PASSWORD_FORM, "auth_type=token", PASSWORD_FORM]


def test_an_ageing_token_serves_while_another_worker_renews_it(tokens, connector, oracle, redis):
    oracle.log_in("EtokenA")
    tokens.get(connector)
    grow_old(redis, connector)
    redis.set(f"{key(connector)}:lock", "another worker")

    assert tokens.get(connector).value == "EtokenA"


def test_an_ageing_token_serves_while_logins_get_no_answer(tokens, connector, oracle, redis):
    oracle.log_in("EtokenA")
    oracle.post(LOGIN, body=requests.ConnectionError())
    oracle.post(LOGIN, status=503, body="<html>")
    tokens.get(connector)
    grow_old(redis, connector)

    assert tokens.get(connector).value == "EtokenA"


def test_a_dropped_token_is_replaced_everywhere(tokens, other_process, connector, oracle):
    oracle.log_in("EtokenA")
    oracle.log_in("EtokenB")
    old = tokens.get(connector)
    other_process.get(connector)

    tokens.drop(connector, old)

    assert [other_process.get(connector).value, tokens.get(connector).value] == ["EtokenB", "EtokenB"]


def test_a_newer_token_is_not_dropped_with_an_old_one(tokens, other_process, connector, oracle):
    """Two workers are refused with the same token; the slower one must not undo the login of the other."""
    oracle.log_in("EtokenA")
    oracle.log_in("EtokenB")
    old = tokens.get(connector)
    tokens.drop(connector, old)
    tokens.get(connector)

    other_process.drop(connector, old)

    assert other_process.get(connector).value == "EtokenB"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "INVALID_USER_NAME_PASSWORD"),
        (401, "PASSWORD_LOCKOUT"),
        (401, "PASSWORD_EXPIRED"),
        (401, "ACCOUNT_SUSPENDED"),
        (401, "API_DISABLED_FOR_USER"),
        (401, "INSUFFICIENT_ACCESS"),
        (400, "API_BLOCKED"),
        (400, "SOMETHING_NEW"),
    ],
)
def test_a_refused_login_holds_the_connector(tokens, connector, oracle, status, code):
    oracle.refuse_login(status, code)

    with pytest.raises(Held) as caught:
        tokens.get(connector)

    assert (caught.value.scope, caught.value.code) == ("connector", code)


def test_a_bad_password_is_not_tried_again_by_those_who_waited(tokens, other_process, connector, oracle):
    """A few more tries and the user is locked out."""
    oracle.refuse_login(400, "INVALID_USER_NAME_PASSWORD")

    for each in (tokens, other_process):
        with pytest.raises(Held, match="INVALID_USER_NAME_PASSWORD"):
            each.get(connector)

    assert len(oracle.calls) == 1


def test_a_corrected_password_is_tried_at_once(tokens, connector, oracle):
    oracle.refuse_login(400, "INVALID_USER_NAME_PASSWORD")
    oracle.log_in("EtokenA")
    with pytest.raises(Held):
        tokens.get(connector)

    assert tokens.get(replace(connector, password="right")).value == "EtokenA"


def test_a_login_waits_for_its_permit_elsewhere(tokens, connector, permits):
    permits.append(6.5)

    with pytest.raises(Throttled) as caught:
        tokens.get(connector)

    assert (caught.value.scope, caught.value.delay) == ("login", 6.5)


def test_permits_are_asked_for_the_account_at_ten_a_minute(redis, vault, connector, oracle):
    oracle.log_in()
    asked = []
    tokens = shared_tokens(redis, vault, take=lambda *call: asked.append(call) or 0.0, session=open_session())

    tokens.get(connector)

    assert asked == [(redis, connector.account, "login", TERMS.logins_per_minute)]


@pytest.mark.parametrize(
    ("code", "scope"), [("API_LIMIT_EXCEEDED", "login"), ("INTERNAL_CAPACITY_LIMIT_EXCEEDED", "account")]
)
def test_a_throttled_login_says_what_is_used_up(tokens, connector, oracle, code, scope):
    oracle.refuse_login(400, code)

    with pytest.raises(Throttled) as caught:
        tokens.get(connector)

    assert (caught.value.scope, caught.value.code) == (scope, code)


@pytest.mark.parametrize(
    "answer",
    [
        {"body": requests.ConnectionError()},
        {"status": 502, "body": "<html>"},
        {"status": 404, "body": "<html>"},
        {"body": "<html>"},
        {"json": []},
        {"json": {"authToken": "EtokenA"}},
        {"json": {"authToken": "two\nlines", "endPoint": END_POINT}},
        {"status": 500, "json": error("UNEXPECTED_EXCEPTION")},
        {"status": 400, "json": error("DUPLICATE_API_REQUEST")},
    ],
)
def test_a_login_without_a_good_answer_is_tried_later_and_never_unknown(tokens, connector, oracle, answer):
    oracle.post(LOGIN, **answer)

    with pytest.raises(RetryLater):
        tokens.get(connector)


@pytest.mark.parametrize(
    ("end_point", "used"),
    [
        ("https://api5-009.example.net/", "https://api5-009.example.net"),
        ("api5-009.example.net", "https://api5-009.example.net"),
    ],
)
def test_later_calls_go_to_the_end_point_of_the_answer(tokens, connector, oracle, end_point, used):
    oracle.log_in(end_point=end_point)

    assert tokens.get(connector).end_point == used


@pytest.mark.parametrize("end_point", ["http://127.0.0.1:8099", "http://[::1]:8099", "http://localhost:8099"])
def test_an_emulator_on_this_machine_may_lead_to_this_machine(tokens, connector, oracle, end_point):
    oracle.log_in(end_point=end_point, at=f"http://localhost:8099{urlsplit(LOGIN).path}")

    assert tokens.get(replace(connector, auth_endpoint="http://localhost:8099")).end_point == end_point


@pytest.mark.parametrize(
    "end_point",
    [
        "http://127.0.0.1:6379",
        "https://localhost",
        "https://10.0.0.7",
        "https://169.254.169.254",
        "https://[::1]",
        "redis",
    ],
)
def test_a_login_elsewhere_leads_to_no_host_of_ours(tokens, connector, oracle, end_point):
    """Else its answer could have tokens and customers' data sent to whatever runs here."""
    oracle.log_in(end_point=end_point)

    with pytest.raises(Held, match="is no public host"):
        tokens.get(connector)


@pytest.mark.parametrize(
    "end_point", ["https://10.0.0.7", "https://metadata.google.internal", "https://[::1]"]
)
def test_a_login_on_a_private_network_leads_to_no_other_host_of_it(tokens, connector, oracle, end_point):
    gateway = "https://gateway.internal"
    oracle.log_in(end_point=end_point, at=f"{gateway}{urlsplit(LOGIN).path}")

    with pytest.raises(Held, match="is no public host"):
        tokens.get(replace(connector, auth_endpoint=gateway))


def test_a_login_may_lead_to_the_very_place_that_was_configured(tokens, connector, oracle):
    gateway = "https://gateway.internal:8443"
    oracle.log_in(end_point=gateway, at=f"{gateway}{urlsplit(LOGIN).path}")

    assert tokens.get(replace(connector, auth_endpoint=gateway)).end_point == gateway


@pytest.mark.parametrize(
    "end_point",
    [
        "https://[", "https://api5.example.net:99999", "https://api5.example.net:x", "https://api5.example.net:0",
        "https://a b", "https://büro.example.net", "https://-x.example.net", "https://x..example.net",
        f"https://{'x' * 64}.example.net", "https://" + "x." * 130 + "net", "https://a%2e.example.net", "https:///x",
        "https://\u0000", "//", ":", "https://:443", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_a_malformed_end_point_holds_the_connector(tokens, connector, oracle, end_point):
    oracle.log_in(end_point=end_point)

    with pytest.raises(Held) as caught:
        tokens.get(connector)
    assert caught.value.scope == "connector"


@pytest.mark.parametrize(
    "end_point", ["http://api5-009.example.net", "http://127.0.0.1.example.net", "ftp://x", "https://"]
)
def test_customers_data_does_not_travel_in_the_clear(tokens, connector, oracle, end_point):
    oracle.log_in(end_point=end_point)

    with pytest.raises(Held, match="is not an https address") as caught:
        tokens.get(connector)
    assert caught.value.scope == "connector"


def test_a_password_does_not_travel_in_the_clear(tokens, connector):
    with pytest.raises(Held, match=r'"http://login5.responsys.net" is not an https address'):
        tokens.get(replace(connector, auth_endpoint="http://login5.responsys.net"))


def test_a_full_login_is_made_on_request_whatever_is_stored(tokens, connector, oracle):
    """A check that used the stored token would not see that the password has been changed."""
    oracle.log_in("EtokenA")
    oracle.log_in("EtokenB")
    tokens.get(connector)

    assert [tokens.log_in(connector).value, tokens.get(connector).value] == ["EtokenB", "EtokenB"]


def test_a_token_sealed_with_a_key_that_is_gone_is_replaced(tokens, connector, oracle, redis):
    oracle.log_in("EtokenA")
    oracle.log_in("EtokenB")
    tokens.get(connector)
    stranger = shared_tokens(
        redis, Vault([Fernet.generate_key().decode()]), take=lambda *_: 0.0, session=open_session()
    )

    assert stranger.get(connector).value == "EtokenB"


def test_redis_holds_neither_token_nor_password_in_the_clear(tokens, connector, oracle, redis):
    oracle.log_in("EtokenA")
    tokens.get(connector)

    stored = b" ".join(each for name in redis.scan_iter() for each in (name, redis.get(name)))
    assert not any(secret in stored for secret in (b"EtokenA", b"hunter2", b"api_user"))


def test_no_secret_is_shown(tokens, connector, oracle, caplog):
    caplog.set_level(logging.DEBUG)
    oracle.log_in("EtokenA")
    shown = repr(tokens.get(connector))
    oracle.refuse_login(400, "INVALID_USER_NAME_PASSWORD")
    with pytest.raises(Held) as caught:
        tokens.log_in(connector)

    for text in (shown, str(caught.value), repr(caught.value), caplog.text):
        assert "EtokenA" not in text
        assert "hunter2" not in text


def test_a_redis_that_does_not_answer_is_no_reason_to_give_rows_up(tokens, connector, redis, monkeypatch):
    def refuse(*_, **__):
        raise RedisDown

    monkeypatch.setattr(redis, "pipeline", refuse)

    with pytest.raises(RetryLater, match="Redis did not answer: ConnectionError"):
        tokens.get(connector)


def test_a_connector_may_have_a_limit_of_logins(redis, vault, connector, oracle):
    oracle.log_in()
    asked = []
    tokens = shared_tokens(redis, vault, take=lambda *call: asked.append(call) or 0.0, session=open_session())

    tokens.get(replace(connector, limits={"login": 4}))

    assert asked == [(redis, connector.account, "login", 4)]
