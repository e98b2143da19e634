"""``activation sync --source`` of a stream in which too many people change."""

import json

import pytest

from pipeline.streams import change_guard
from tests.cli.test_rules import LEAD, invoke
from tests.cli.test_rules import apply as apply
from tests.cli.test_rules import org as org
from tests.emulators.salesforce.conftest import process as process

TEXT = '2 of 2 people (100 %) of source "leads" would change; up to 20 % is taken for granted'


@pytest.fixture
def changed(org, apply, monkeypatch):
    """Two leads that were read, and have changed."""
    monkeypatch.setattr(change_guard, "FEW", 1)
    apply()
    ids = org.load("Lead", LEAD, {**LEAD, "Email": "two@example.com"})
    invoke("sync", "--source", "leads")
    for one in ids:
        org.edit("Lead", one, Title="CTO")


def test_it_is_held_until_a_person_confirms(changed):
    result = invoke("sync", "--source", "leads")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"✗ {TEXT}" in result.stderr
    assert "Nothing was sent. If it is right, repeat it with --confirm changing." in result.stderr
    assert TEXT in invoke("status").stdout

    result = invoke("sync", "--source", "leads", "--confirm", "--json")

    assert (result.exit_code, json.loads(result.stdout)["sent"]) == (0, 2)
    assert TEXT not in invoke("status").stdout


def test_it_says_so_as_json(changed):
    result = invoke("sync", "--source", "leads", "--json")

    assert json.loads(result.stdout) == {
        "source": "leads", "sent": 0,
        "concerns": [{"kind": "changing", "text": TEXT, "destination": None}],
    }  # fmt: skip


def test_a_dry_run_says_that_it_would_be_stopped(changed):
    result = invoke("sync", "--source", "leads", "--dry-run")

    assert result.exit_code == 0
    assert f"✗ {TEXT}\nIt would need --confirm changing." in result.stderr
    document = json.loads(invoke("sync", "--source", "leads", "--dry-run", "--json").stdout)
    assert document["concerns"] == [{"kind": "changing", "text": TEXT, "destination": None}]
    resent = json.loads(invoke("sync", "--source", "leads", "--dry-run", "--resend", "--json").stdout)
    assert "concerns" not in resent


def test_how_many_may_leave_is_for_snapshots(apply):
    apply()

    result = invoke("sync", "--source", "leads", "--max-leaving", "50")

    assert result.exit_code == 2
    assert "--max-leaving is for snapshots: max_change of a source that is read on says" in result.stderr
