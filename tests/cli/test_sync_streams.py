"""``activation sync --source`` with a source of Salesforce, against an org in a process of its own."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from tests.emulators.salesforce.conftest import Salesforce
from tests.emulators.salesforce.conftest import process as process

CONFIGURATION = """
[connectors.crm]
kind = "salesforce"
host = "{url}"
client_id = "3MVG9LOCAL"
client_secret = "local-secret"

[mappings]
person = {{ title = {{ salesforce = "Title" }}, broken = {{ salesforce = "Broken__c" }} }}

[sources]
contacts = {{ kind = "salesforce", connector = "crm", object = "Contact", mapping = "person", every = 2 }}
"""


@pytest.fixture
def org(process) -> Salesforce:
    org = Salesforce(process)
    org.order("reset", {})
    org.order("fields", {"object": "Contact", "add": ["Broken__c string(20)"]})
    return org


@pytest.fixture(autouse=True)
def _environment(tmp_path, monkeypatch, server_url, redis, process, org):
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    path = tmp_path / "activation.toml"
    path.write_text(CONFIGURATION.format(url=process))
    assert invoke("apply", str(path)).exit_code == 0


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def test_a_stream_tells_what_it_read(org):
    org.load("Contact", {"LastName": "One"}, {"LastName": "Two"})

    assert "contacts: 2 records read, 2 changed, 0 sent" in invoke("sync", "--source", "contacts").stdout
    document = json.loads(invoke("sync", "--source", "contacts", "--full", "--json").stdout)

    assert document == {
        "source": "contacts", "dry_run": False, "baseline": False, "full": True, "read": 4, "changed": 0,
        "gone": 0, "activations": 0, "refused": 0, "sent": 0,
    }  # fmt: skip


def test_a_dry_run_stores_nothing(org):
    org.load("Contact", {"LastName": "One"})

    first = invoke("sync", "--source", "contacts", "--dry-run")
    second = invoke("sync", "--source", "contacts", "--dry-run")

    assert "contacts: 1 record read, 1 changed, 0 sent" in first.stdout
    assert second.stdout == first.stdout


def test_a_field_that_is_hidden_holds_the_source_until_it_is_seen_again(org):
    org.load("Contact", {"LastName": "One"})
    invoke("sync", "--source", "contacts")
    org.order("fields", {"object": "Contact", "hide": ["Broken__c"]})

    refused = invoke("sync", "--source", "contacts")

    assert refused.exit_code == 2
    assert 'source "contacts": INVALID_FIELD: ' in refused.stderr
    assert "Broken__c" in refused.stderr
    status = json.loads(invoke("status", "--json").stdout)
    assert [stop["code"] for stop in status["stops"] if stop["scope"] == "source"] == ["INVALID_FIELD"]

    org.order("fields", {"object": "Contact", "show": ["Broken__c"]})
    assert invoke("sync", "--source", "contacts").exit_code == 0
    status = json.loads(invoke("status", "--json").stdout)
    assert [stop["code"] for stop in status["stops"] if stop["scope"] == "source"] == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("sync", "--full", "people", "-"), "--full and --resend go with --source"),
        (("sync", "--source", "contact"), 'source "contact" does not exist'),
    ],
)
def test_what_makes_no_sense_is_refused(words, text):
    refused = invoke(*words)

    assert refused.exit_code == 2
    assert text in refused.stderr


def test_status_tells_how_far_a_stream_is_read(org):
    org.load("Contact", {"LastName": "One"})
    invoke("sync", "--source", "contacts")

    (line,) = json.loads(invoke("status", "--json").stdout)["streams"]
    assert (line["name"], line["state"], line["reading_all"]) == ("contacts", "ready", False)
    assert (line["trouble"], line["numbers"]["read"], line["numbers"]["changed"]) == (None, 1, 1)
    assert 0 <= line["mark_age"] < 600
    assert line["succeeded_at"]
    assert "SOURCE" in invoke("status").stdout


def test_check_says_first_that_the_host_is_that_of_another_org(org, tmp_path):
    org.load("Contact", {"LastName": "One"})
    invoke("sync", "--source", "contacts")
    with closing(sqlite3.connect(tmp_path / "data" / "events.db")) as store, store:
        store.execute("UPDATE streams SET org = '00D000000000009AAA'")

    checked = invoke("check", "crm")

    assert checked.exit_code == 2
    assert re.fullmatch(
        r'  ✗ source "contacts": the host is now that of org 00D\w{15}, and records are known of org '
        "00D000000000009AAA: give the source another name, or the connector the host of its org",
        checked.stdout.splitlines()[2],
    )
    assert "the host is now that of org" in invoke("sync", "--source", "contacts").stderr
