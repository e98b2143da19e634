"""Connectors to Salesforce as records."""

import pytest

from pipeline.errors import Misconfigured
from pipeline.records.configuration import read_configuration
from pipeline.text import toml
from tests.schemas.test_salesforce import CREDENTIALS


def test_an_action_of_responsys_on_an_org_is_refused(records):
    configuration = {
        "connectors": {"crm": CREDENTIALS},
        "destinations": {
            "lapsed": {"audience": "a", "connector": "crm", "action": "custom_event", "event": "LAPSED"}
        },
    }

    with pytest.raises(Misconfigured, match="there are: salesforce_member, salesforce_record"):
        records.apply(configuration)


def test_leads_are_created_only_with_a_field_to_know_them_by(records):
    options = {"action": "salesforce_record", "create": "Lead", "fields": {"title": "Title"}}
    configuration = {
        "connectors": {"crm": CREDENTIALS},
        "destinations": {"new": {"audience": "a", "connector": "crm", **options}},
    }

    with pytest.raises(Misconfigured, match=r'new\.create: connector "crm" has no riid_field'):
        records.apply(configuration)


TITLE = {"salesforce": "Title"}
LEADS = {"kind": "salesforce", "connector": "crm", "object": "Lead", "mapping": "person", "every": 2}
ACME = {
    "kind": "responsys", "username": "api", "password": "s", "auth_endpoint": "https://login5.responsys.net",
    "profile_list": "LIST",
}  # fmt: skip


def test_all_records_of_another_kind_are_refused_at_once(records):
    configuration = {
        "connectors": {"crm": CREDENTIALS, "acme": ACME},
        "mappings": {"person": {"title": TITLE}},
        "sources": {
            "leads": {**LEADS, "connector": "acme"},
            "query": {
                "audience": "b",
                "url": "sqlite:///x",
                "query": "SELECT 1",
                "every": 5,
                "max_leaving": 20,
            },
        },
        "rules": {"hot": {"source": "query", "audience": "a", "on": "new"}},
        "destinations": {
            "lapsed": {"audience": "a", "connector": "crm", "action": "custom_event", "event": "LAPSED"},
            "task": {"audience": "a", "connector": "acme", "action": "salesforce_task", "subject": "x"},
        },
    }

    with pytest.raises(Misconfigured) as refused:
        records.apply(configuration)

    assert [line.partition(": ")[0] for line in str(refused.value).splitlines()] == [
        "destinations.lapsed.action", "destinations.task.action", "sources.leads.connector",
        "rules.hot.source",
    ]  # fmt: skip


def test_a_connector_that_is_not_there_is_one_problem(records):
    """Further checks, which would look at it, have nothing to say."""
    configuration = {"mappings": {"person": {"title": TITLE}}, "sources": {"leads": LEADS}}

    with pytest.raises(Misconfigured) as refused:
        records.apply(configuration)

    assert str(refused.value) == 'sources.leads.connector: there would be no connector "crm"'


def test_a_file_with_problems_names_records_of_another_kind_as_well(tmp_path):
    file = tmp_path / "activation.toml"
    records = {
        "connectors": {"crm": {**CREDENTIALS, "shar": 1}},
        "destinations": {
            "lapsed": {"audience": "a", "connector": "crm", "action": "custom_event", "event": "LAPSED"}
        },
    }
    file.write_text(toml.dumps(records))

    with pytest.raises(Misconfigured) as refused:
        read_configuration(str(file), {}, ())

    paths = [line.split(": ")[1] for line in str(refused.value).splitlines()]
    assert paths == ["connectors.crm.shar", "destinations.lapsed.action"]
