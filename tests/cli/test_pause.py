"""``activation pause`` and ``resume``, on a real server and both databases."""

import re

import pytest

from pipeline.lanes import limits
from tests.builders import cut
from tests.environment import ACME, LAPSED


@pytest.fixture
def say(run):
    """Runs a command that succeeds, and returns what it says with one time for all."""

    def say(*arguments):
        result = run(*arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return re.sub(r"since \S+ \S+ UTC \(.*?\)", "since <then>", result.stdout)

    return say


def holds(environment):
    return {record: (hold.kind, hold.code, hold.detail) for record, hold in environment.catalog.holds.items()}


def test_a_destination_is_paused_with_a_reason(environment, say):
    environment.wait("lapsed", "a")
    environment.lanes.flush("lapsed")

    assert say("pause", "lapsed", "--reason", "new prices") == (
        'destination "lapsed" is paused; 1 row waits. To go on: `activation resume lapsed`\n'
    )
    assert holds(environment) == {("destination", "lapsed"): ("paused", "", "new prices")}
    assert environment.redis.hget("destination:lapsed", "stopped") == b"paused"


def test_a_connector_is_paused_with_all_its_destinations(environment, say):
    environment.wait("lapsed", "a")
    environment.wait("left", "a", "b")

    assert say("pause", "acme") == (
        'connector "acme" is paused; 3 rows wait. To go on: `activation resume acme`\n'
    )
    assert environment.redis.hget("connector:acme", "stopped") == b"paused"


def test_pausing_again_changes_nothing(environment, say):
    say("pause", "lapsed", "--reason", "new prices")

    assert say("pause", "lapsed", "--reason", "other") == (
        'destination "lapsed" is paused since <then>: new prices. Nothing was changed.\n'
    )
    assert holds(environment) == {("destination", "lapsed"): ("paused", "", "new prices")}


def test_pausing_what_is_held_keeps_the_reason_of_the_hold(environment, say):
    environment.hold("connector", "acme", "held", "API_BLOCKED", "blocked")

    assert say("pause", "acme") == (
        'connector "acme" is held since <then>: API_BLOCKED: blocked. Nothing was changed.\n'
    )
    assert holds(environment) == {("connector", "acme"): ("held", "API_BLOCKED", "blocked")}


def test_after_a_pause_what_waited_goes_on(environment, say):
    environment.wait("lapsed", "a")
    environment.lanes.flush("lapsed")
    say("pause", "lapsed", "--reason", "new prices")

    assert say("resume", "lapsed") == (
        'destination "lapsed" goes on; 1 row waits. It was paused since <then>: new prices\n'
    )
    assert holds(environment) == {}
    assert cut(environment.lanes).rows == 1


def test_both_are_noted_when_they_change_something(environment, say):
    say("resume", "lapsed")
    say("pause", "lapsed", "--reason", "new prices")
    say("pause", "lapsed")
    say("resume", "lapsed")

    assert environment.activity() == [
        ("destination.pause", "destination:lapsed", "new prices"),
        ("destination.resume", "destination:lapsed", ""),
    ]


def test_resume_clears_a_hold_and_says_what_it_was(environment, say):
    environment.hold("connector", "acme", "held", "API_BLOCKED", "blocked")

    assert say("resume", "acme") == (
        'connector "acme" goes on; 0 rows wait. It was held since <then>: API_BLOCKED: blocked\n'
    )
    assert environment.redis.hget("connector:acme", "stopped") == b""


def test_resuming_what_is_not_stopped_changes_nothing(environment, say):
    assert say("resume", "acme") == 'connector "acme" was neither paused nor held; 0 rows wait.\n'


def test_resume_ends_a_pause_that_the_account_asked_for(environment, say):
    """As for an hour after the daily limit; but a minute's limit holds whatever a person does."""
    account = environment.catalog.connectors["acme"].account
    limits.pause(environment.redis, account, "mergeListMembers", 3600)
    limits.throttled(environment.redis, account, "triggerCustomEvent")

    text = 'connector "acme" goes on; 0 rows wait. Its limit had put calls off for another '
    assert say("resume", "acme").startswith(text)
    paused = [
        function
        for function in ("mergeListMembers", "triggerCustomEvent")
        if environment.redis.hget(limits.limit_key(account, function), "paused_until")
    ]
    assert paused == ["triggerCustomEvent"]
    assert say("resume", "acme") == 'connector "acme" was neither paused nor held; 0 rows wait.\n'


def test_resume_says_what_else_stands_in_the_way(environment, say):
    environment.hold("connector", "acme", "paused")
    environment.hold("destination", "lapsed", "paused")

    assert say("resume", "lapsed").splitlines()[1:] == [
        'But connector "acme" is paused since <then>: `activation resume acme`'
    ]


def test_resume_does_not_enable_a_connector(environment, say):
    environment.apply({"acme": {**ACME, "enabled": False}}, {"lapsed": LAPSED})

    assert say("resume", "acme").splitlines() == [
        'connector "acme" was neither paused nor held; 0 rows wait.',
        'But connector "acme" is disabled: its configuration says enabled = false: '
        "set enabled = true and `activation apply`",
    ]


def test_a_name_that_two_records_have_is_not_guessed(environment, run):
    environment.apply({"acme": ACME}, {"acme": LAPSED})

    result = run("pause", "acme")

    assert (result.exit_code, result.stderr) == (
        2,
        'Error: "acme" is a connector and a destination: say connector:acme or destination:acme\n',
    )
    assert holds(environment) == {}


@pytest.mark.parametrize("scope", ["connector", "destination"])
def test_a_name_that_two_records_have_is_reported_apart_by_kind(environment, say, scope):
    environment.apply({"acme": ACME}, {"acme": LAPSED})

    say("pause", f"{scope}:acme")

    assert holds(environment) == {(scope, "acme"): ("paused", "", "")}


@pytest.mark.parametrize("command", ["pause", "resume"])
@pytest.mark.parametrize("name", ["nobody", "connector:lapsed", "lane:lapsed", ""])
def test_an_unknown_name_is_refused_with_those_there_are(environment, run, command, name):
    result = run(command, name)

    assert (result.exit_code, result.stderr) == (
        2,
        f'Error: there is no connector or destination "{name}"; '
        "there are connectors: acme; destinations: lapsed, left\n",
    )
