"""Channels and rules of alerts as records: their secrets, and the records that they name."""

import pytest
from sqlalchemy import select

from pipeline.errors import Misconfigured
from pipeline.records import configuration
from pipeline.records.document_secrets import STORED_SECRET
from pipeline.stores import tables
from pipeline.stores.database import reading

URL = "https://example.com/hook/t0ken"
HOOK = {"kind": "webhook", "url": URL, "secret": "s1gning"}
RULE = {"rule": "held", "channels": ["ops"], "severity": "warning"}
FILE = """\
[channels.ops]
kind = "webhook"
url = { env = "HOOK" }

[alerts.held]
rule = "held"
channels = ["ops"]
"""


@pytest.fixture
def stored(records):
    records.apply({"channels": {"ops": HOOK}, "alerts": {"held": RULE}})
    return records


def test_they_are_part_of_the_catalog(stored):
    catalog = stored.load()

    channel, rule = catalog.channels["ops"], catalog.alert_rules["held"]
    assert (channel.kind, channel.url, channel.secret) == ("webhook", URL, "s1gning")
    assert (rule.rule, rule.channels, rule.severity, rule.remind) == ("held", ("ops",), "warning", 14_400)
    assert "t0ken" not in repr(channel)
    assert "s1gning" not in repr(channel)


def test_secrets_are_sealed_and_neither_exported_nor_lost(stored):
    exported = stored.export()
    changes = stored.apply(exported)

    with reading(stored.engine) as connection:
        row = connection.execute(select(tables.channels)).one()
    assert exported["channels"]["ops"] == {"kind": "webhook", "url": STORED_SECRET, "secret": STORED_SECRET}
    assert "t0ken" not in str(row)
    assert "s1gning" not in str(row)
    assert not changes
    assert stored.load().channels["ops"].url == URL


def test_a_secret_that_a_channel_does_without_is_not_exported(records):
    records.apply({"channels": {"ops": {"kind": "slack", "url": URL}}})

    assert records.export()["channels"]["ops"] == {"kind": "slack", "url": STORED_SECRET}
    assert records.load().channels["ops"].secret == ""


def test_secrets_are_encrypted_anew_with_a_new_key(stored):
    assert stored.reseal() == 1
    assert stored.load().channels["ops"].secret == "s1gning"


def test_a_rule_with_an_unknown_channel_is_refused(stored):
    with pytest.raises(
        Misconfigured, match=r'^alerts.other.channels: "opz" is not a channel; there is: ops$'
    ):
        stored.apply({"alerts": {"other": {**RULE, "channels": ["opz"]}}})


def test_a_rule_on_an_unknown_destination_is_refused(stored):
    with pytest.raises(Misconfigured, match=r'^alerts.other.destination: "nowhere" is not a destination'):
        stored.apply({"alerts": {"other": {**RULE, "destination": "nowhere"}}})


def test_a_channel_that_a_rule_names_stays(stored):
    with pytest.raises(Misconfigured, match=r'rules of alerts name the channel "ops"'):
        stored.remove("channels", "ops")
    with pytest.raises(Misconfigured, match=r"alerts.held.channels"):
        stored.apply({"alerts": {"held": RULE}}, prune=True)

    assert stored.names("channels") == {"ops"}


def test_pruning_removes_both(stored):
    changes = stored.apply({}, prune=True)

    assert (changes.channels.removed, changes.alerts.removed) == (("ops",), ("held",))
    assert stored.export()["channels"] == stored.export()["alerts"] == {}


def read(tmp_path, text, environ=None, channels=()):
    file = tmp_path / "activation.toml"
    file.write_text(text)
    return configuration.read_configuration(str(file), environ or {}, (), (), channels)


def test_a_url_may_come_from_the_environment(tmp_path):
    assert read(tmp_path, FILE, {"HOOK": URL})["channels"]["ops"]["url"] == URL


def test_a_url_from_the_environment_is_checked_as_one_that_stands_there(tmp_path):
    with pytest.raises(Misconfigured, match=r"channels.ops.url: must begin with https://") as caught:
        read(tmp_path, FILE, {"HOOK": "http://example.com/t0ken"})

    assert "t0ken" not in str(caught.value)


def test_a_rule_may_name_a_stored_channel(tmp_path):
    rule = FILE[FILE.index("[alerts") :]

    assert read(tmp_path, rule, channels=["ops"])["alerts"]["held"]["channels"] == ["ops"]
    with pytest.raises(Misconfigured, match=r'alerts.held.channels: "ops" is not a channel; there are: none'):
        read(tmp_path, rule)
