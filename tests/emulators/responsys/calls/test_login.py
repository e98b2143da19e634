"""Authentication, as section 1 of the API reference has it."""

import re
import time

import pytest

from tests.emulators.conftest import refusal, to


def test_a_password_buys_a_token_for_the_address_that_was_called(responsys):
    before = time.time() * 1000

    answer = responsys.post_form({"user_name": "api_user", "password": "secret", "auth_type": "password"})

    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["authToken", "issuedAt", "endPoint"]
    assert re.fullmatch("E[A-Za-z0-9_-]{53}", body["authToken"])
    assert before - 1 <= body["issuedAt"] <= time.time() * 1000
    assert body["endPoint"] == responsys.url


@pytest.mark.parametrize(("user", "password"), [("api_user", "wrong"), ("nobody", "secret"), ("", "")])
def test_a_wrong_user_or_password_is_refused_without_saying_which(responsys, user, password):
    answer = responsys.post_form({"user_name": user, "password": password, "auth_type": "password"})

    assert refusal(answer) == (400, "INVALID_USER_NAME_PASSWORD", "")


def test_credentials_in_the_url_are_refused(responsys):
    form = {"user_name": "api_user", "password": "secret", "auth_type": "password"}

    answer = responsys.post_form(
        None, params=form, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    detail = "login parameters belong in the body, never in the URL"
    assert refusal(answer) == (400, "INVALID_PARAMETER", detail)
    assert responsys.violations() == [detail]


def test_a_login_is_a_form_and_not_json(responsys):
    answer = responsys.post_form('{"user_name": "api_user"}', headers={"Content-Type": "application/json"})

    assert refusal(answer)[:2] == (400, "INVALID_REQUEST_CONTENT")
    assert responsys.violations() == ["Content-Type of a login is not application/x-www-form-urlencoded"]


def test_a_token_that_is_still_good_buys_a_new_one(responsys, token):
    answer = responsys.post_form({"auth_type": "token"}, headers={"Authorization": token})

    assert answer.status_code == 200
    assert answer.json()["authToken"] != token
    assert responsys.get("/v1.3/lists", answer.json()["authToken"]).status_code == 200
    assert responsys.get("/v1.3/lists", token).status_code == 200


def test_an_expired_token_buys_nothing(responsys, token):
    responsys.order("tokens", {"action": "expire"})

    renewal = responsys.post_form({"auth_type": "token"}, headers={"Authorization": token})

    assert refusal(renewal)[:2] == (401, "TOKEN_EXPIRED")
    assert refusal(responsys.trigger(token, to("demo-1")))[:2] == (401, "TOKEN_EXPIRED")


def test_a_token_lives_as_long_as_it_was_told_to_when_it_was_issued(responsys, token):
    """The two hours count from issue, not from last use."""
    responsys.order("behaviour", {"token_life": 0})
    short = responsys.login()

    assert refusal(responsys.get("/v1.3/lists", short))[:2] == (401, "TOKEN_EXPIRED")
    assert responsys.get("/v1.3/lists", token).status_code == 200


@pytest.mark.parametrize(
    ("header", "violations"),
    [
        ({}, ["no Authorization header"]),
        ({"Authorization": "nonsense"}, ["Authorization does not hold a token as Responsys issues them"]),
        ({"Authorization": "E" + 53 * "x"}, []),
    ],
)
def test_a_missing_or_wrong_token_is_not_valid(responsys, header, violations):
    answer = responsys.http.get(f"{responsys.url}/rest/api/v1.3/lists", headers=header)

    assert answer.json()["title"] == "Not a valid token"
    assert refusal(answer) == (401, "INVALID_TOKEN", "Not a valid authentication token")
    assert responsys.violations() == violations


def test_a_token_with_a_bearer_prefix_is_not_valid(responsys, token):
    answer = responsys.get("/v1.3/lists", f"Bearer {token}")

    assert refusal(answer)[:2] == (401, "INVALID_TOKEN")
    assert responsys.violations() == ["Authorization has a Bearer prefix; Responsys wants the bare token"]


def test_a_forgotten_token_is_not_valid_rather_than_expired(responsys, token):
    responsys.order("tokens", {"action": "forget"})

    assert refusal(responsys.get("/v1.3/lists", token))[:2] == (401, "INVALID_TOKEN")


def test_the_limits_answer_a_bad_token_with_an_unexpected_exception(responsys):
    answer = responsys.get("/ratelimit", "E" + 53 * "x")

    assert refusal(answer) == (500, "UNEXPECTED_EXCEPTION", "Not a valid authentication token")
