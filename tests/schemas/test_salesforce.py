"""Connectors to Salesforce as people write them."""

import pytest

from schemas.salesforce import Salesforce

CREDENTIALS = {
    "kind": "salesforce",
    "host": "https://acme.my.salesforce.com",
    "client_id": "3MVG9EXAMPLE",
    "client_secret": "s",
}
JWT = {
    "kind": "salesforce",
    "host": "https://acme.my.salesforce.com",
    "login": "jwt",
    "client_id": "3MVG9EXAMPLE",
    "username": "integration@acme.example",
    "private_key": {"file": "/run/secrets/crm"},
}


def problems(document):
    return Salesforce().validate(document)


@pytest.mark.parametrize("document", [CREDENTIALS, JWT, CREDENTIALS | {"host": "http://127.0.0.1:8098"}])
def test_connectors_that_are_right(document):
    assert problems(document) == {}


def test_defaults():
    loaded = Salesforce().load(CREDENTIALS)

    assert (loaded["login"], loaded["version"]) == ("client_credentials", "66.0")
    assert (loaded["share"], loaded["ceiling"], loaded["zone"]) == (0.25, 0.8, "UTC")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("host", "https://login.salesforce.com", "own host"),
        ("host", "https://test.salesforce.com", "own host"),
        ("host", "http://acme.my.salesforce.com", "must begin with https://"),
        ("host", "https://acme.my.salesforce.com/services", "must be a host with nothing behind it']"),
        ("host", "https://a_b", "such as https://acme.my.salesforce.com"),
        ("version", "51.0", "52.0 or later"),
        ("version", 66, "must be a version"),
        ("share", 0, "above 0"),
        ("ceiling", 1.5, "at most 1"),
        ("zone", "Mars/Olympus", "time zone"),
        ("riid_field", "RIID; DROP", "name of a field"),
        ("login", "password", "client_credentials"),
        ("username", "x", 'goes with login = "jwt"'),
        ("rid_field", "x", "riid_field"),
    ],
)
def test_options_that_are_refused(key, value, words):
    found = problems(CREDENTIALS | {key: value})

    assert words in str(found[key])


def test_a_login_needs_its_secrets():
    without = {key: value for key, value in CREDENTIALS.items() if key != "client_secret"}

    assert problems(without) == {"client_secret": ["is missing"]}
    assert problems(without | {"login": "jwt"}) == {"username": ["is missing"], "private_key": ["is missing"]}


def test_all_problems_of_a_connector_are_told_at_once():
    given = CREDENTIALS | {"login": "jwt", "host": "https://login.salesforce.com", "private_key": 5}

    assert problems(given).keys() == {"host", "username", "private_key", "client_secret"}
