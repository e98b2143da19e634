"""`activation keys`."""

import json
import re

import pytest

from pipeline.operate.keys import first_key


def test_a_key_is_printed_once_and_kept_as_a_hash(run, engine):
    made = json.loads(
        run("keys", "create", "crm", "--scope", "produce", "--audience", "lapsed", "--json").stdout
    )

    assert re.fullmatch(r"ak_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", made["key"])
    assert made == {**made, "name": "crm", "scope": "produce", "audiences": ["lapsed"], "expires_at": None}
    [listed] = json.loads(run("keys", "list", "--json").stdout)["keys"]
    assert listed["prefix"] == made["key"][:11]
    assert made["key"] not in run("keys", "list").output
    with engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT * FROM api_keys").mappings().one()
    assert made["key"] not in str(stored)


def test_a_name_is_used_once_also_after_its_end(run):
    run("keys", "create", "crm", "--scope", "read")
    run("keys", "revoke", "crm")

    again = run("keys", "create", "crm", "--scope", "read")

    assert again.exit_code == 2
    assert 'a key named "crm" exists, or existed: choose another name' in again.output


def test_revoking_an_unknown_key_lists_those_that_there_are(run):
    run("keys", "create", "crm", "--scope", "read")

    result = run("keys", "revoke", "cmr")

    assert (result.exit_code, result.output) == (2, 'Error: there is no key "cmr"; there are: crm\n')


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("x y", "--scope", "read"), "a name is 1 to 64 letters"),
        (("x", "--scope", "root"), "'root' is not one of"),
        (("x", "--scope", "read", "--audience", "a"), "--audience goes with --scope produce"),
        (("x", "--scope", "read", "--expires", "soon"), "is not a length of time"),
    ],
)
def test_what_is_wrong_is_said(run, options, said):
    result = run("keys", "create", *options)

    assert result.exit_code == 2
    assert said in result.output
    assert json.loads(run("keys", "list", "--json").stdout) == {"keys": []}


CRM = """
[connectors.crm]
kind = "salesforce"
host = "https://acme.my.salesforce.com"
client_id = "3MVG9LOCAL"
client_secret = "local-secret"
[connectors.acme]
kind = "responsys"
name = "Acme"
username = "api_user"
password = "password"
auth_endpoint = "https://login5.responsys.net"
profile_list = "CONTACTS_LIST"
identifier_type = "crm_id"
[connectors.files]
kind = "responsys_sftp"
host = "127.0.0.1"
username = "acme_scp"
private_key = "KEY"
host_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""


@pytest.fixture
def crm(run, tmp_path, redis):
    path = tmp_path / "crm.toml"
    path.write_text(CRM)
    applied = run("apply", str(path))
    assert applied.exit_code == 0, applied.output


@pytest.mark.usefixtures("crm")
def test_the_key_of_a_hook_is_printed_once_in_its_url(run):
    made = json.loads(run("keys", "hook", "crm", "--json").stdout)

    assert made.keys() == {"key", "url"}
    assert made["url"] == f"http://127.0.0.1:8080/v1/hooks/salesforce/crm/{made['key']}"
    [listed] = json.loads(run("keys", "list", "--json").stdout)["keys"]
    assert (listed["name"], listed["scope"], listed["connector"]) == ("crm", "hook", "crm")
    assert "none: connector crm" in run("keys", "list").output
    assert made["key"] not in run("keys", "list").output


@pytest.mark.usefixtures("crm")
def test_the_key_of_a_webhook_is_its_password(run):
    made = json.loads(run("keys", "hook", "acme", "--json").stdout)
    again = run("keys", "hook", "acme")

    url = "http://127.0.0.1:8080/v1/hooks/responsys/acme"
    assert made == {"user": "acme", "key": made["key"], "url": url}
    assert again.stdout.splitlines()[:2] == [url, "user      acme"]
    assert re.fullmatch(r"password  ak_\w{8}_[\w-]{43}", again.stdout.splitlines()[2])


@pytest.mark.usefixtures("crm")
def test_beside_the_key_of_a_hook_a_first_key_is_still_made(run, engine, tmp_path):
    run("keys", "hook", "crm")

    assert first_key(engine, tmp_path / "data") is not None
    assert first_key(engine, tmp_path / "data") is None


@pytest.mark.usefixtures("crm")
def test_a_second_key_of_a_hook_counts_beside_the_first(run):
    run("keys", "hook", "crm")
    again = run("keys", "hook", "crm")

    assert again.stdout.startswith("http://127.0.0.1:8080/v1/hooks/salesforce/crm/ak_")
    assert "`activation keys revoke crm-2` ends it" in again.stderr
    assert run("keys", "revoke", "crm").output == 'key "crm" is revoked\n'


@pytest.mark.usefixtures("crm")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cmr", 'connector "cmr" does not exist'),
        ("files", 'connector "files" has no hook: it is of kind "responsys_sftp"'),
    ],
)
def test_a_hook_needs_a_connector_whose_system_sends_messages(run, name, said):
    result = run("keys", "hook", name)

    assert result.exit_code == 2
    assert said in result.output
