"""Sources of Salesforce as records: stored, exported, and refused without a connector that serves them."""

import json
import re
import tomllib

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.model.source import PeopleSource, SalesforceSource
from pipeline.runtime.stores import open_stores

CRM = """
[connectors.crm]
kind = "salesforce"
host = "https://acme.my.salesforce.com"
client_id = "3MVG9EXAMPLE"
client_secret = "secret"
"""
ACME = """
[connectors.acme]
kind = "responsys"
username = "api_user"
password = "secret"
auth_endpoint = "login5.responsys.net"
profile_list = "CONTACTS_LIST"
"""
STAGES = """
[mappings]
deal = { stage = { salesforce = "StageName" } }

[sources.stages]
kind = "salesforce"
connector = "crm"
object = "OpportunityHistory"
of = "OpportunityId"
who = ["Buyer"]
mapping = "deal"
every = 2
"""
INLINE = """
[mappings]
deal = { stage = { salesforce = "StageName" } }

[sources]
stages = { kind = "salesforce", connector = "crm", object = "OpportunityHistory", of = "OpportunityId", \
who = ["Buyer"], mapping = "deal", every = 2 }
"""
KEYS = """
[sources.keys]
kind = "people"
connector = "crm"
every = 60
audience = "keys"
"""


@pytest.fixture(autouse=True)
def _environment(tmp_path, monkeypatch, server_url, redis):
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)


@pytest.fixture
def apply(tmp_path):
    def apply(*parts: str, options: tuple[str, ...] = ()) -> Result:
        path = tmp_path / "activation.toml"
        path.write_text("".join(parts))
        return CliRunner().invoke(main, ["apply", str(path), *options])

    return apply


def test_a_source_without_an_audience_is_stored_and_exported(apply, tmp_path):
    assert apply(CRM, STAGES).exit_code == 0

    exported = CliRunner().invoke(main, ["export"]).stdout
    stored = tomllib.loads(exported)["sources"]["stages"]
    assert (stored["kind"], stored["who"], "audience" in stored) == ("salesforce", ["Buyer"], False)
    again = CliRunner().invoke(main, ["export", "--json"]).stdout
    assert json.loads(again)["sources"]["stages"] == stored


def test_an_inline_table_says_the_same(apply):
    apply(CRM, STAGES)

    assert re.search(r"unchanged.*sources\.stages", apply(CRM, INLINE).stdout)


def test_a_source_is_read_by_its_kind(apply):
    apply(CRM, STAGES)

    with open_stores() as stores:
        source = stores.records.load().sources["stages"]
    assert isinstance(source, SalesforceSource)
    assert (source.audience, source.who, source.of, source.is_stream) == (
        None, ("Buyer",), "OpportunityId", True
    )  # fmt: skip


def test_a_connector_that_a_source_names_must_be_there(apply):
    assert 'sources.stages.connector: "crm" is not a connector' in apply(STAGES).stderr

    apply(CRM, STAGES)
    refused = apply("", options=("--prune",))
    assert refused.exit_code == 0  # both go


def test_a_mapping_that_a_source_names_must_be_there(apply):
    refused = apply(CRM, STAGES.replace('mapping = "deal"', 'mapping = "deals"'))

    assert 'sources.stages.mapping: "deals" is not a mapping' in refused.stderr


def test_a_connector_of_another_kind_is_refused(apply):
    refused = apply(ACME, STAGES.replace('"crm"', '"acme"'))

    assert (
        'sources.stages.connector: connector "acme" is of kind "responsys"; '
        'a source of kind "salesforce" needs one of kind "salesforce"'
    ) in refused.stderr


@pytest.mark.parametrize("connector", ["crm", "acme"])
def test_a_source_of_people_belongs_to_an_org_or_an_account(apply, connector):
    assert apply(CRM, ACME, KEYS.replace("crm", connector)).exit_code == 0

    with open_stores() as stores:
        assert stores.records.load().sources["keys"] == PeopleSource(
            name="keys", connector=connector, every=60, audience="keys"
        )
    run = CliRunner().invoke(main, ["sync", "--source", "keys", "--dry-run", "--json"])
    assert (run.exit_code, run.stderr) == (0, "")


def test_a_source_of_people_has_an_audience(apply):
    refused = apply(CRM, KEYS.replace('audience = "keys"', "mapping = 1"))

    assert "sources.keys.audience" in refused.stderr
    assert "sources.keys.mapping" in refused.stderr
