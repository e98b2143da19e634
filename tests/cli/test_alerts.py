"""`activation alerts` and `activation channels`, and what `status` says of a channel that fails."""

import json

from pipeline.operate.status.document import document
from pipeline.operate.status.status import read_status
from tests.alerts.watching import RULE, WatchedEnvironment


def test_rules_are_listed_with_what_is_open(run, environment, hooks):
    watching = WatchedEnvironment(environment, hooks)
    watching.configure(letters=RULE, off={**RULE, "enabled": False}, quiet={**RULE, "rule": "held"})
    watching.open()
    watching.watch.look()

    text = run("alerts", "list").stdout
    found = json.loads(run("alerts", "list", "--json").stdout)["alerts"]

    lines = [line.split() for line in text.splitlines()[1:]]
    assert [line[:3] for line in lines] == [
        ["letters", "critical", "open"],
        ["off", "critical", "disabled"],
        ["quiet", "critical", "ok"],
    ]
    assert '1 dead letter of destination "lapsed" is open' in text
    assert [(rule["name"], len(rule["states"])) for rule in found] == [
        ("letters", 2),
        ("off", 2),
        ("quiet", 3),
    ]


def test_without_rules_and_channels_the_way_to_some_is_told(run, environment):
    assert "activation apply" in run("alerts", "list").stdout
    assert "activation apply" in run("channels", "list").stdout


def test_a_channel_is_tried(run, environment, hooks):
    WatchedEnvironment(environment, hooks)
    hooks.answers = [204, 500]

    taken, failed = run("channels", "test", "ops"), run("channels", "test", "ops", "--json")

    assert (taken.exit_code, taken.stdout) == (0, 'channel "ops" took the test\n')
    assert (failed.exit_code, json.loads(failed.stdout)["ok"]) == (2, False)
    assert hooks.types == ["alert.test"] * 2
    listed = run("channels", "list").stdout
    assert "failing" in listed
    assert "HTTP 500" in listed
    assert "t0ken" not in listed + taken.stdout + failed.stdout
    [shown] = json.loads(run("channels", "list", "--json").stdout)["channels"]
    assert (shown["name"], shown["failing"], shown["last_message"]["type"]) == ("ops", True, "alert.test")


def test_an_unknown_channel_is_told(run, environment):
    result = run("channels", "test", "ops")

    assert result.exit_code == 2
    assert 'channel "ops" does not exist; there are: none' in result.stderr


def test_status_names_a_channel_that_fails(run, environment, hooks):
    WatchedEnvironment(environment, hooks)
    hooks.answers = [500]
    run("channels", "test", "ops")

    status = read_status(environment.redis, environment.engine, environment.catalog)

    assert {
        "text": 'channel "ops" is failing: a message about an alert was given up (HTTP 500)',
        "way_out": "mend it, then `activation channels test ops`",
        "passing": False,
    } in document(status)["troubles"]
