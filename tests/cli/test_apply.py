import json
import re
from pathlib import Path

import pytest
from click.testing import Result

from pipeline.cli import main
from pipeline.operate.activity import read_activity
from pipeline.operate.paging import Page
from pipeline.records.kinds import destination_documents
from pipeline.runtime.stores import open_stores
from tests.fixtures.commands import CommandRunner

FILE = """\
[connectors.acme]
kind = "responsys"
username = "api_user"
password = { env = "ACME_PASSWORD" }
auth_endpoint = "login5.responsys.net"
profile_list = "CONTACTS_LIST"

[destinations.lapsed]
audience = "lapsed-buyers"
connector = "acme"
action = "custom_event"
event = "LAPSED"
"""


@pytest.fixture(autouse=True)
def _environment(tmp_path, monkeypatch, server_url, redis):
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    monkeypatch.setenv("ACME_PASSWORD", "pass-w0rd")


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "activation.toml"
    path.write_text(FILE)
    return path


def activation(*arguments: object, standard_input: str | None = None) -> Result:
    return CommandRunner().invoke(main, [str(argument) for argument in arguments], standard_input)


def test_it_says_what_became_of_each_record(file):
    first = activation("apply", file)
    second = activation("apply", file)

    assert (first.exit_code, first.stdout) == (
        0,
        "created    connectors.acme\ncreated    destinations.lapsed\n",
    )
    assert (second.exit_code, second.stdout) == (
        0,
        "unchanged  connectors.acme\nunchanged  destinations.lapsed\n",
    )


def test_it_says_so_as_json_as_well(file):
    result = activation("apply", file, "--json")

    assert json.loads(result.stdout) == {
        "connectors": {"created": ["acme"], "updated": [], "unchanged": [], "removed": []},
        "destinations": {"created": ["lapsed"], "updated": [], "unchanged": [], "removed": []},
        "sources": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "mappings": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "rules": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "pairs": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "consents": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "files": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "imports": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "profile_fields": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "channels": {"created": [], "updated": [], "unchanged": [], "removed": []},
        "alerts": {"created": [], "updated": [], "unchanged": [], "removed": []},
    }


def test_producers_know_the_audience_at_once(file, redis):
    activation("apply", file)

    assert redis.smembers("audiences") == {b"lapsed-buyers"}


def test_it_brings_redis_up_to_date_even_when_nothing_changed(file, redis):
    activation("apply", file)
    redis.flushall()

    activation("apply", file)

    assert redis.smembers("audiences") == {b"lapsed-buyers"}


def test_pruning_removes_what_the_file_does_not_name(file, redis):
    activation("apply", file)
    file.write_text(FILE.partition("[destinations")[0])

    result = activation("apply", file, "--prune")

    assert result.stdout == "unchanged  connectors.acme\nremoved    destinations.lapsed\n"
    assert redis.smembers("audiences") == set()


def test_a_dry_run_changes_nothing(file, redis):
    result = activation("apply", file, "--dry-run")

    assert result.stdout == "created    connectors.acme\ncreated    destinations.lapsed\n"
    assert result.stderr == "Nothing was changed: this was a dry run.\n"
    assert activation("export").stdout == ""
    assert redis.smembers("audiences") == set()


def test_a_file_with_problems_changes_nothing_and_exits_with_2(file, redis):
    file.write_text(FILE.replace("custom_event", "custom_evnt").replace('"CONTACTS_LIST"', '""'))

    result = activation("apply", file)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        f"Error: {file}: connectors.acme.profile_list: must not be empty\n"
        f'{file}: destinations.lapsed.action: "custom_evnt" is not an action; did you mean "custom_event"? '
        f"there are: {', '.join(sorted(destination_documents()))}\n"
    )
    assert activation("export").stdout == ""
    assert redis.smembers("audiences") == set()


def test_nothing_is_changed_when_redis_cannot_be_reached(file, monkeypatch):
    monkeypatch.setenv("ACTIVATION_BROKER_URL", "redis://:pass-w0rd@127.0.0.1:1/0")

    result = activation("apply", file)

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: the Redis server at 127.0.0.1:1 cannot be used: ")
    assert "pass-w0rd" not in result.stderr
    assert activation("export").stdout == ""


def hold(scope, name, code):
    with open_stores() as stores:
        stores.records.hold(scope, name, "held", code, "no such thing")


def test_what_is_still_held_is_reported_with_the_way_out(file):
    activation("apply", file)
    hold("connector", "acme", "LOGIN_FAILED")
    hold("destination", "lapsed", "INVALID_EVENT")

    result = activation("apply", file)

    assert result.stdout == "unchanged  connectors.acme\nunchanged  destinations.lapsed\n"
    assert re.sub(r"since .*?\)", "<since>", result.stderr).splitlines() == [
        'connector "acme" is still held <since>: LOGIN_FAILED: no such thing',
        "  → put it right, then `activation resume acme`",
        'destination "lapsed" is still held <since>: INVALID_EVENT: no such thing',
        "  → put it right, then `activation resume lapsed`",
        "To resume all of these, apply again with --resume.",
    ]


def test_what_was_held_is_resumed_on_request(file, redis):
    activation("apply", file)
    hold("connector", "acme", "LOGIN_FAILED")
    with open_stores() as stores:
        stores.records.hold("destination", "lapsed", "paused")

    result = activation("apply", file, "--resume")

    assert re.sub(r"since .*?\)", "<since>", result.stderr) == (
        'connector "acme" goes on; it was held <since>: LOGIN_FAILED: no such thing\n'
    )
    assert redis.hget("connector:acme", "stopped") == b""
    assert redis.hget("destination:lapsed", "stopped") == b"paused"


@pytest.mark.parametrize("options", [[], ["--resume"]])
def test_what_changed_and_is_paused_is_reported_and_stays_paused(file, redis, options):
    activation("apply", file)
    hold("destination", "lapsed", "INVALID_EVENT")
    with open_stores() as stores:
        stores.records.hold("connector", "acme", "paused", detail="new prices")

    unchanged = activation("apply", file, *options)
    file.write_text(FILE.replace("CONTACTS_LIST", "OTHER_LIST"))
    changed = activation("apply", file, *options)

    assert "paused" not in unchanged.stderr
    assert re.sub(r"since .*?\)", "<since>", changed.stderr).splitlines()[-2:] == [
        'connector "acme" is still paused <since>: new prices',
        "  → `activation resume acme`",
    ]
    assert redis.hget("connector:acme", "stopped") == b"paused"


def test_each_record_that_changed_is_an_activity(file):
    activation("apply", file)
    activation("apply", file)
    file.write_text(FILE.partition("[destinations")[0])
    activation("apply", file, "--prune")
    activation("apply", file, "--dry-run")

    with open_stores() as stores:
        noted = read_activity(stores.engine, Page(100))["activity"]
    assert sorted((each["action"], each["object"]) for each in noted) == [
        ("connector.put", "connector:acme"),
        ("destination.delete", "destination:lapsed"),
        ("destination.put", "destination:lapsed"),
    ]


def test_what_was_exported_can_be_applied_and_changes_nothing(file):
    activation("apply", file)

    exported = activation("export")
    result = activation("apply", "-", "--prune", standard_input=exported.stdout)

    assert result.stdout == "unchanged  connectors.acme\nunchanged  destinations.lapsed\n"


def test_an_export_holds_everything_but_the_secret(file):
    activation("apply", file)

    assert activation("export").stdout == (
        "[connectors.acme]\n"
        'kind = "responsys"\n'
        "enabled = true\n"
        "max_in_flight = 4\n"
        'username = "api_user"\n'
        'auth_endpoint = "https://login5.responsys.net"\n'
        'profile_list = "CONTACTS_LIST"\n'
        'identifier_type = "hashed_email"\n'
        'api = "sync"\n'
        "limits = {}\n"
        "utilisation = 0.95\n"
        "password = { keep = true }\n"
        "\n"
        "[destinations.lapsed]\n"
        'audience = "lapsed-buyers"\n'
        'connector = "acme"\n'
        'action = "custom_event"\n'
        "max_rows = 200\n"
        "max_age = 600\n"
        'event = "LAPSED"\n'
        'call_types = ["ADD", "UPDATE", "REMOVE"]\n'
        "existing_members = true\n"
    )


def test_an_export_may_be_json(file):
    activation("apply", file)

    exported = json.loads(activation("export", "--json").stdout)

    assert exported["connectors"]["acme"]["password"] == {"keep": True}
    assert list(exported["destinations"]) == ["lapsed"]


def test_an_export_cannot_be_applied_where_the_secret_is_not(file, monkeypatch, tmp_path):
    activation("apply", file)
    exported = activation("export").stdout
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "elsewhere"))

    result = activation("apply", "-", standard_input=exported)

    assert result.exit_code == 2
    assert result.stderr == (
        "Error: standard input: connectors.acme.password: "
        "there is none stored that could be kept; give it once\n"
    )


def test_after_rotating_the_keys_the_newest_is_enough(file, monkeypatch, tmp_path):
    activation("apply", file)
    former = (tmp_path / "data" / "secret.key").read_text().strip()
    newest = "A" * 43 + "="
    monkeypatch.setenv("ACTIVATION_SECRET_KEY", f"{newest},{former}")

    result = activation("rotate-keys")

    assert (result.exit_code, result.stdout) == (0, "1 record encrypted with the first key.\n")
    monkeypatch.setenv("ACTIVATION_SECRET_KEY", newest)
    with open_stores() as stores:
        assert stores.records.load().connectors["acme"].password == "pass-w0rd"


def test_a_lost_key_is_reported_with_what_to_do(file, monkeypatch):
    activation("apply", file)
    monkeypatch.setenv("ACTIVATION_SECRET_KEY", "A" * 43 + "=")

    result = activation("rotate-keys")

    assert result.exit_code == 2
    assert result.stderr.startswith(
        "Error: the secret key is not the one that the stored secrets were encrypted with: use"
    )


def test_the_records_of_salesforce_in_the_example_are_accepted_without_their_marks(file, run, monkeypatch):
    monkeypatch.setenv("CRM_SECRET", "s3cret")
    monkeypatch.setenv("WAREHOUSE_URL", "sqlite:///warehouse.db")
    example = Path(__file__).parents[2].joinpath("activation.example.toml").read_text("utf-8")
    before, first, rest = example.partition("## Salesforce: ")
    block, last, after = rest.partition("## Salesforce ends here.")
    file.write_text(before + re.sub(r"^# ?", "", first + block, flags=re.MULTILINE) + last + after)

    result = run("apply", str(file), "--dry-run")

    assert result.exit_code == 0, result.output
    for record in ("sources.leads", "rules.nurture-crm", "sources.stages", "sources.keys", "sources.webinar"):
        assert f"created    {record}\n" in result.stdout
