import base64
import json
import time

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.emulators.salesforce.conftest import error_of

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def packed(part):
    text = json.dumps(part).encode() if isinstance(part, dict) else part
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def assertion(url, key=KEY, **claims):
    given = {"iss": "app", "sub": "integration@acme.example", "aud": url, "exp": int(time.time()) + 180}
    signed = packed({"alg": "RS256"}) + b"." + packed(given | claims)
    return (signed + b"." + packed(key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))).decode()


@pytest.fixture
def app(salesforce):
    salesforce.order("apps", [{"client_id": "app", "public_key": PEM.decode()}])
    return salesforce


def test_client_credentials_give_a_token_without_an_end(salesforce):
    answer = salesforce.token().json()

    org = salesforce.ask("org")
    assert answer["access_token"].startswith(f"{org['id'][:15]}!")
    assert answer["id"].endswith(f"/id/{org['id']}/{org['api_user']}")
    assert answer["instance_url"] == salesforce.url
    assert answer["issued_at"].isdecimal()
    assert "expires_in" not in answer


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_refused_login_is_an_object(salesforce, form, error):
    answer = salesforce.token(**form)

    assert answer.status_code == 400
    assert answer.json()["error"] == error


def test_an_app_without_a_run_as_user(salesforce):
    app = {"client_id": "app", "client_secret": "s", "has_run_as_user": False}
    salesforce.order("apps", [app])

    answer = salesforce.token(client_id="app", client_secret="s")
    assert answer.json() == {
        "error": "invalid_grant",
        "error_description": "no client credentials user enabled",
    }


def test_a_signed_assertion_gives_a_token(app):
    answer = app.token(grant_type=JWT, assertion=assertion(app.url))

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("claims", "description"),
    [
        ({"aud": "https://login.salesforce.com"}, "Audience validation failed"),
        ({"sub": "ada@acme.example"}, "user hasn't approved this consumer"),
        ({"exp": int(time.time()) - 600}, "expired authorization code"),
    ],
)
def test_claims_that_do_not_fit(app, claims, description):
    answer = app.token(grant_type=JWT, assertion=assertion(app.url, **claims))

    assert answer.json() == {"error": "invalid_grant", "error_description": description}


def test_a_foreign_signature(app):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    answer = app.token(grant_type=JWT, assertion=assertion(app.url, key=other))
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("given", "status"), [({}, 400), ({"status": 503}, 503)], ids=["of its own", "as the rule says"]
)
def test_a_fault_on_a_login_has_the_form_of_the_token_endpoint(salesforce, given, status):
    fault = {
        "kind": "error",
        "function": "login",
        "errorCode": "app_not_found",
        "detail": "no such app",
        "times": 1,
    }
    salesforce.order("faults", [fault | given])

    answer = salesforce.token()

    body = {"error": "app_not_found", "error_description": "no such app"}
    assert (answer.status_code, answer.json()) == (status, body)
    assert salesforce.token().status_code == 200


def test_a_revoked_token_is_refused_with_401(salesforce):
    salesforce.order("tokens", {"action": "revoke"})

    assert error_of(salesforce.query("SELECT Id FROM Lead")) == (401, "INVALID_SESSION_ID")
    assert salesforce.violations() == []


def test_a_token_that_ends_after_some_calls(salesforce):
    salesforce.order("tokens", {"calls": 2})
    salesforce.log_in()

    statuses = [salesforce.query("SELECT Id FROM Lead").status_code for _ in range(3)]
    assert statuses == [200, 200, 401]


def test_a_call_without_a_login_is_the_clients_fault(salesforce):
    salesforce.http.headers.pop("Authorization")

    assert error_of(salesforce.query("SELECT Id FROM Lead")) == (401, "INVALID_SESSION_ID")
    assert salesforce.violations() == ["no Authorization header of the form: Bearer TOKEN"]
