"""``activation check``, against the Responsys emulator."""

import json
import sqlite3

import pytest

from pipeline.cli import main
from tests.emulators.conftest import running
from tests.fixtures.commands import CommandRunner

CONFIGURATION = """
[connectors.{name}]
kind = "responsys"
name = "Acme"
username = "api_user"
password = "{password}"
auth_endpoint = "{url}"
profile_list = "{list}"
identifier_type = "crm_id"

[destinations.{name}-event]
audience = "lapsed-buyers"
connector = "{name}"
action = "custom_event"
event = "{event}"
"""
GOOD = {"name": "acme", "password": "secret", "list": "CONTACTS_LIST", "event": "LAPSED"}


@pytest.fixture(scope="module")
def url():
    with running("--members", "1") as url:
        yield url


@pytest.fixture
def activation(redis, server_url, tmp_path, monkeypatch):
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_DATABASE_URL", f"sqlite:///{tmp_path / 'activation.db'}")

    def run(*arguments):
        redis.flushall()  # permits of logins, which no test waits for
        return CommandRunner().invoke(main, arguments)

    return run


@pytest.fixture
def configure(activation, tmp_path, url):
    def apply(**changes):
        file = tmp_path / "activation.toml"
        file.write_text(CONFIGURATION.format(url=url, **(GOOD | changes)))
        assert activation("apply", str(file)).exit_code == 0

    return apply


def test_what_is_in_place_is_ticked(activation, configure, url):
    configure()

    result = activation("check")

    assert (result.exit_code, result.stdout) == (
        0,
        f"""\
connector "acme"
  ✓ logged in, calls go to {url}
  ✓ list "CONTACTS_LIST" is in folder "Main"
  ✓ column CUSTOMER_ID_ for crm_id
  ✓ destination "acme-event", event "LAPSED"
  ✓ triggerCustomEvent: 200 calls per minute, as the account says
""",
    )


def test_consents_that_bar_nobody_yet_are_named(activation, configure, tmp_path):
    configure()
    more = tmp_path / "more.toml"
    more.write_text(
        '[destinations.acme-event]\naudience = "lapsed-buyers"\nconnector = "acme"\n'
        'action = "custom_event"\nevent = "LAPSED"\nhonour = "email"\n'
    )
    activation("apply", str(more))

    result = activation("check")

    text = 'destination "acme-event" honours "email", which bars nobody yet: there are no consents'
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, f"  ✓ {text}")


def test_what_is_missing_is_crossed_all_at_once(activation, configure, url):
    configure(list="CONTACT_LIST", event="LAPSE")

    result = activation("check")

    assert (result.exit_code, result.stdout) == (
        2,
        f"""\
connector "acme"
  ✓ logged in, calls go to {url}
  ✗ the account has no list "CONTACT_LIST"; did you mean "CONTACTS_LIST"?
  ✗ destination "acme-event", event "LAPSE": the account has no such event; did you mean "LAPSED"?
  ✓ triggerCustomEvent: 200 calls per minute, as the account says
""",
    )


def test_programs_read_it_as_json(activation, configure):
    configure(password="wrong")

    result = activation("check", "acme", "--json")

    assert (result.exit_code, json.loads(result.stdout)) == (
        2,
        {
            "ok": False,
            "connectors": {
                "acme": {
                    "ok": False,
                    "findings": [
                        {
                            "check": "login",
                            "ok": False,
                            "text": "login: INVALID_USER_NAME_PASSWORD: Invalid username or password",
                        }
                    ],
                }
            },
        },
    )


def test_every_connector_is_checked_when_none_is_named(activation, configure):
    configure()
    configure(name="other", password="wrong")

    result = activation("check")

    assert result.exit_code == 2
    assert [line for line in result.stdout.splitlines() if line.startswith("connector")] == [
        'connector "acme"',
        'connector "other"',
    ]


def test_a_connector_that_does_not_exist_is_named_with_those_that_do(activation, configure):
    configure()

    result = activation("check", "acne")

    assert (result.exit_code, result.stderr) == (
        2,
        'Error: connector "acne" does not exist; there are: acme\n',
    )


def test_without_any_connector_there_is_nothing_to_check(activation):
    result = activation("check")

    assert (result.exit_code, result.stderr) == (
        2,
        "Error: there is no enabled connector: bring one in with `activation apply FILE`\n",
    )


def test_a_destination_that_was_stored_before_it_needed_an_option_is_named(activation, configure, tmp_path):
    configure()
    with sqlite3.connect(tmp_path / "activation.db") as connection:
        connection.execute("UPDATE destinations SET body = json_remove(body, '$.event')")

    result = activation("check", "acme")

    assert result.exit_code == 2
    assert 'destination "acme-event": its record lacks "event": configure it anew' in result.output
