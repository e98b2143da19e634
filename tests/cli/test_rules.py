"""``activation rules entries`` and ``test``, against an org in a process of its own."""

import json

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
person = {{ title = {{ salesforce = "Title" }} }}

[sources.leads]
kind = "salesforce"
connector = "crm"
object = "Lead"
mapping = "person"
every = 2
audience = "people"
"""
RULE = """
[rules.nurture]
source = "leads"
on = "new"
when = { LeadSource = "Web" }
audience = "nurture"
"""
LEAD = {"LastName": "One", "Company": "Acme", "LeadSource": "Web", "Email": "one@example.com"}


@pytest.fixture
def org(process) -> Salesforce:
    org = Salesforce(process)
    org.order("reset", {})
    return org


@pytest.fixture
def apply(tmp_path, monkeypatch, server_url, redis, process, org):
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    path = tmp_path / "activation.toml"

    def apply(rule=""):
        path.write_text(CONFIGURATION.format(url=process) + rule)
        assert invoke("apply", str(path)).exit_code == 0

    return apply


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def test_entries_are_listed(org, apply):
    apply(RULE)
    invoke("sync", "--source", "leads")
    (one,) = org.load("Lead", LEAD)
    invoke("sync", "--source", "leads")

    [entry] = json.loads(invoke("rules", "entries", "nurture", "--json").stdout)["entries"]

    assert list(entry) == ["rule", "record", "person", "state", "check", "evidence", "until"]
    assert (entry["record"], entry["state"], entry["check"], entry["until"]) == (one, "entered", None, None)
    assert one in invoke("rules", "entries").stdout
    assert json.loads(invoke("rules", "entries", "--unknown", "--json").stdout) == {"entries": []}
    assert "There is no entry." in invoke("rules", "entries", "nurture", "--state", "refused").stdout


def test_a_rule_is_tried_before_it_lets_anybody_enter(org, apply):
    apply()
    one, other = org.load("Lead", LEAD, {**LEAD, "LeadSource": "Other", "Email": "other@example.com"})
    invoke("sync", "--source", "leads")
    apply(RULE)

    found = json.loads(invoke("rules", "test", "nurture", "--since", "1d", "--json").stdout)

    told = [(each["record"], each["state"], each["check"]) for each in found["entries"]]
    assert sorted(told) == sorted([(one, "entered", None), (other, "left_out", 2)])
    assert "1 entered, 0 put_off, 1 left_out" in invoke("rules", "test", "nurture").stdout
    assert json.loads(invoke("rules", "entries", "--json").stdout) == {"entries": []}


def test_a_rule_is_tried_on_records_that_were_not_sent_too(org, apply):
    apply(RULE)
    lead, other = {**LEAD, "Title": "Countess"}, {**LEAD, "LastName": "Two", "Title": "Lord"}
    both = org.load("Lead", lead, other)  # one address, two family names: a conflict, so one is not sent
    invoke("sync", "--source", "leads")

    result = invoke("rules", "test", "nurture", "--json")

    assert result.exit_code == 0, result.output
    entries = {each["record"]: each for each in json.loads(result.stdout)["entries"]}
    assert [entries[one]["state"] for one in both] == ["entered", "left_out"]
    assert entries[both[1]]["check"] == 2
    assert entries[both[1]]["evidence"]["conflict"] == 1


@pytest.mark.parametrize("command", ["test", "entries"])
def test_a_rule_that_is_not_there(apply, command):
    apply()

    result = invoke("rules", command, "nurture")

    assert result.exit_code == 2
    assert 'there is no rule "nurture"' in result.output
