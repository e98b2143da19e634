"""``activation send --dry-run``, on both databases."""

import json

import pytest

from pipeline.accept.entry_ids import duplicate_key_of
from pipeline.model.activation import Activation
from tests.environment import ACME

HEADER = "profile_id,call_type,crm_id,tier\n"


@pytest.fixture
def send(run, environment, tmp_path, monkeypatch):
    """Runs the command on some content, where no Redis is."""

    def run_on(content, *options, audience="lapsed-buyers"):
        file = tmp_path / "rows.csv"
        file.write_text(HEADER + content)
        return run("send", audience, str(file), "--dry-run", *options)

    monkeypatch.setenv("ACTIVATION_BROKER_URL", "redis://127.0.0.1:1")
    return run_on


def test_calls_are_shown_without_values_and_nothing_is_sent(send, environment):
    result = send("p-1,ADD,C-1,gold\np-2,REMOVE,C-2,silver\n")

    assert (result.exit_code, result.stderr) == (0, "Nothing was sent: this was a dry run.\n")
    assert result.stdout == (
        "would accept 2 of 2\n"
        "lapsed: 2 rows, 1 call\n"
        "  event: triggerCustomEvent, 1 call with 2 rows\n"
        "    POST /rest/api/v1.3/events/LAPSED\n"
        "      customEvent: {}\n"
        '      recipientData: [{"recipient": {"customerId": "…", '
        '"listName": {"objectName": "CONTACTS_LIST"}}, "optionalData": [{"name": "profileId", "value": "…"}, '
        '{"name": "callType", "value": "…"}, '
        '{"name": "tier", "value": "…"}]}]\n'
    )
    assert list(environment.redis.scan_iter("intake:*")) == []


def test_rows_that_would_be_refused_or_become_dead_letters_are_listed(send):
    result = send("p-1,add,C-1,\np-2,ADD,,\np-3,ADD,C-3,\n" + "p-4,ADD,,\n" * 20)

    lines = result.stderr.splitlines()
    assert result.exit_code == 1
    assert lines[:2] == [
        "line 2: call_type: This must be ADD, UPDATE or REMOVE, in capitals.",
        'line 3: lapsed: identifier "crm_id" is missing',
    ]
    assert lines[-2:] == ["and 2 more (--json lists all)", "Nothing was sent: this was a dry run."]
    assert result.stdout.splitlines()[:2] == [
        "would accept 22 of 23; 1 refused",
        "lapsed: 1 row, 1 call, 21 invalid",
    ]


def test_json_tells_everything(send):
    result = send("p-1,add,C-1,\np-2,ADD,C-2,\n", "--json")

    outcome = json.loads(result.stdout)
    (calls,) = outcome["destinations"]["lapsed"].pop("calls")
    body = calls.pop("body")
    assert calls == {
        "step": "event", "function": "triggerCustomEvent", "method": "POST",
        "path": "/rest/api/v1.3/events/LAPSED", "set_up": False, "calls": 1, "rows": 1, "most_rows": 1,
    }  # fmt: skip
    assert body["recipientData"][0]["recipient"]["customerId"] == "…"
    assert outcome == {
        "errors": [
            {"line": 2, "messages": {"call_type": ["This must be ADD, UPDATE or REMOVE, in capitals."]}}
        ],
        "accepted": 1,
        "refused": 1,
        "dry_run": True,
        "destinations": {
            "lapsed": {"rows": 1, "coalesced": 0, "repeated": 0, "invalid": 0, "stopped": []}
        },
    }  # fmt: skip


IDS = "p-1,ADD,C-1,77\np-1,ADD,C-1,77\np-2,ADD,C-2,77\n"
BY_ID = ("--id-column", "tier")


def test_repeats_of_an_id_are_counted_and_make_no_rows(send):
    result = send(IDS + "p-1,ADD,C-3,77\n", *BY_ID)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        "would accept 3 of 4; 1 refused; 1 repeated (an id that came before counts once)",
        "lapsed: 2 rows, 1 call, 1 with an id that came before",
    ]
    assert "line 5: id: An earlier row has this id" in result.stderr
    assert "Ids of earlier files were not looked up: " in result.stderr


def test_ids_that_workers_accepted_earlier_are_repeats(send, environment, server_url, monkeypatch):
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    earlier = Activation(audience="lapsed-buyers", profile_id="p-2", call_type="ADD", id="77")
    environment.redis.set(f"seen:{duplicate_key_of(earlier).digest}", "1")

    outcome = json.loads(send(IDS, *BY_ID, "--json").stdout)

    assert (outcome["accepted"], outcome["repeated"]) == (3, 2)
    assert outcome["destinations"]["lapsed"]["repeated"] == 2
    assert outcome["destinations"]["lapsed"]["rows"] == 1


def test_an_id_that_workers_accepted_with_other_content_is_refused(
    send, environment, server_url, monkeypatch
):
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    earlier = Activation(audience="lapsed-buyers", profile_id="p-2", call_type="ADD", id="77")
    key = duplicate_key_of(earlier)
    environment.redis.set(f"seen:{key.digest}", key.content)

    result = send(IDS, *BY_ID)

    assert "line 4: id: An earlier activation has this id, profile and call type, but other" in result.stderr


def test_set_ups_are_shown_as_what_may_be_needed(send, empty_environment):
    export = {
        "audience": "lapsed-buyers", "connector": "acme", "action": "audience_export",
        "identifiers": {"crm_id": "CUSTOMER_ID_"}, "match_column_1": "CUSTOMER_ID_", "match_column_2": None,
        "columns": {}, "fields": {"tier": {"column": "TIER", "type": "STR500", "null": "skip"}},
        "fields_table": None, "table_folder": "Main", "memberships": {}, "insert_on_no_match": False,
        "update_on_match": "REPLACE_ALL", "permission": "unchanged", "permission_channel": "email",
        "extension_identifiers": ["CUSTOMER_ID_"], "on_remove": "nothing", "call_types": ["ADD"],
    }  # fmt: skip
    empty_environment.apply({"acme": ACME}, {"lapsed": export})

    lines = send("p-1,ADD,C-1,gold\n").stdout.splitlines()

    assert "lapsed: 1 row, 2 calls" in lines
    table = 'table "Activation_User_Fields_lapsed"'
    assert f"  {table}: createProfileExtension, once, unless it is known to be there" in lines


def test_a_destination_that_sends_nothing_for_now_is_reported(send, run, environment):
    environment.hold("destination", "lapsed", "held", "API_BLOCKED", "ask your administrator")

    line = send("p-1,ADD,C-1,\n").stdout.splitlines()[2]

    assert line.startswith('  destination "lapsed" is held since ')
    assert line.endswith(": API_BLOCKED: ask your administrator")


def test_of_many_kinds_of_calls_the_first_are_shown(run, empty_environment, tmp_path):
    table = {
        "audience": "lapsed-buyers", "connector": "acme", "action": "supplemental_table", "folder": "Main",
        "table": "T", "key": None, "match_columns": None, "insert_on_no_match": True,
        "update_on_match": "REPLACE_ALL", "on_remove": "nothing", "call_types": ["ADD"],
        "columns": {f"v{n}": {"column": f"V{n}", "null": "skip"} for n in range(25)},
    }  # fmt: skip
    empty_environment.apply({"acme": ACME}, {"lapsed": table})
    file = tmp_path / "rows.jsonl"
    rows = [{"profile_id": f"p-{n}", "call_type": "ADD", "variables": {f"v{n}": 1}} for n in range(25)]
    file.write_text("\n".join(map(json.dumps, rows)))

    lines = run("send", "lapsed-buyers", str(file), "--dry-run").stdout.splitlines()

    assert lines[1] == "lapsed: 25 rows, 25 calls"
    assert lines[-1] == "  and 5 more kinds of calls (--json lists all)"


def test_an_audience_without_a_destination_is_named(send):
    result = send("p-1,ADD,C-1,\n", audience="laped-buyers")

    assert result.exit_code == 2
    assert 'there is no audience "laped-buyers"' in result.stderr
