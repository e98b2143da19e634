"""``activation sync --source`` and ``rules`` with a source of events."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.runtime.stores import open_stores
from pipeline.stores import nudges
from tests.event_files.folder import land

CONFIGURATION = """
[connectors.acme]
kind = "responsys"
username = "acme"
password = "secret-secret"
auth_endpoint = "http://127.0.0.1:9"
profile_list = "CONTACTS"

[sources]
engagement = { kind = "responsys_events", connector = "acme", types = ["OPEN", "CLICK"] }

[rules]
hot = { source = "engagement", score = { CLICK = 5 }, within = "30d", reaches = 10, audience = "hot" }

[rules.log]
source = "engagement"
once = ["type", "campaign_id", "day"]
most = { entries = 2, per = "1d" }
audience = "log"
"""


@pytest.fixture
def tell(tmp_path, monkeypatch, server_url, redis):
    """Lands clicks of a RIID for some campaigns, after the first run of the source."""
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    path = tmp_path / "activation.toml"
    path.write_text(CONFIGURATION)
    assert invoke("apply", str(path)).exit_code == 0
    assert "It is a baseline" in invoke("sync", "--source", "engagement").stdout
    captured = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%d-%b-%Y %H:%M:%S")

    def tell(riid, *campaigns):
        file = tmp_path / f"1234_CLICK_20260101_{riid:06}.txt"
        rows = "".join(f"{riid},{campaign},{captured}\n" for campaign in campaigns)
        file.write_text("RIID,CAMPAIGN_ID,EVENT_CAPTURED_DT\n" + rows)
        with open_stores() as stores:
            land(stores.events, [file])

    return tell


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def test_a_run_tells_what_became_of_events(tell):
    tell(7, 31, 32, 33)
    dry = json.loads(invoke("sync", "--source", "engagement", "--dry-run", "--json").stdout)

    told = invoke("sync", "--source", "engagement").stdout

    assert (dry["read"], dry["sent"]) == (3, 0)
    assert "engagement: 3 records read, 3 changed, 3 sent" in told
    assert "1 left out" in told
    found = json.loads(invoke("rules", "entries", "log", "--json").stdout)["entries"]
    assert sorted((one["state"], one["check"]) for one in found) == [
        ("entered", None),
        ("entered", None),
        ("left_out", 8),
    ]
    (hot,) = json.loads(invoke("rules", "entries", "hot", "--json").stdout)["entries"]
    assert hot["evidence"]["score"] == 15


def test_rules_are_tried_on_kept_events(tell):
    tell(7, 31, 31)
    tell(8, 31)

    tried = {name: json.loads(invoke("rules", "test", name, "--json").stdout) for name in ("log", "hot")}

    assert [one["state"] for one in tried["log"]["entries"]] == ["entered", "entered"]
    (hot,) = tried["hot"]["entries"]
    assert (hot["state"], hot["evidence"]["score"], tried["hot"]["unmet"]) == ("entered", 10, 2)
    assert "hot since" in invoke("rules", "test", "hot").stdout
    assert json.loads(invoke("rules", "entries", "--json").stdout)["entries"] == []


def test_plan_and_status_know_the_source(tell, redis):
    assert "no call is made" in invoke("plan", "engagement", "--records", "1000").stdout
    status = json.loads(invoke("status", "--json").stdout)
    (stream,) = [one for one in status["streams"] if one["name"] == "engagement"]
    assert (stream["state"], stream["mark_age"]) == ("ready", None)
    assert nudges.waiting(redis) == []


def test_columns_that_no_event_has_are_refused(tell, tmp_path):
    """A column that only files have is known as soon as one is stored."""
    path = tmp_path / "once.toml"
    path.write_text(CONFIGURATION.replace('"campaign_id", "day"', '"campain_id", "city"'))
    assert invoke("apply", str(path)).exit_code == 0  # no event is stored
    assert "campain_id" not in invoke("status").stdout
    captured = datetime.now(UTC).strftime("%d-%b-%Y %H:%M:%S")
    file = tmp_path / "1234_CLICK_20260101_000009.txt"
    file.write_text(f"RIID,CAMPAIGN_ID,EVENT_CAPTURED_DT,CITY\n9,31,{captured},Paris\n")
    with open_stores() as stores:
        land(stores.events, [file])

    result = invoke("apply", str(path))

    assert 'rule "log": no stored event has the column "campain_id" of `once`' in invoke("status").stdout
    assert result.exit_code == 2
    assert 'rules.log.once: column of events "campain_id" does not exist; there are: ' in result.stderr
    assert ", city, customer_id, day, " in result.stderr
    path.write_text(CONFIGURATION.replace('"day"]', '"city"]'))
    assert invoke("apply", str(path)).exit_code == 0
