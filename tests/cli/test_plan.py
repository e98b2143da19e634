"""``activation plan``, on a real server."""

import json

from tests.environment import ACME, LAPSED, LEFT


def test_calls_hours_and_the_limit_that_binds_are_told(environment, run):
    environment.apply({"acme": ACME}, {"lapsed": LAPSED, "left": LEFT})

    result = run("plan", "lapsed", "--records", "1000000")

    assert result.exit_code == 0
    head, row, _, sentence = result.stdout.splitlines()
    assert head.split() == ["FOR", "CONNECTOR", "FUNCTION", "CALLS", "PER", "HOUR", "HOURS", "LIMIT", "FROM"]
    assert row.split() == ["lapsed", "acme", "triggerCustomEvent", "5,000", "11,400", "0.44", "default"]
    assert sentence == (
        '1,000,000 records of destination "lapsed": at least 26 min 19 s. '
        'The limit of triggerCustomEvent of connector "acme" binds: 5,000 calls at 11,400 an hour.'
    )


def test_json_has_the_same(environment, run):
    environment.apply({"acme": ACME}, {"lapsed": LAPSED})

    assert json.loads(run("plan", "destination:lapsed", "--records", "1", "--json").stdout) == {
        "scope": "destination", "name": "lapsed", "records": 1,
        "calls": [
            {
                "destination": "lapsed", "connector": "acme", "system": "Responsys",
                "function": "triggerCustomEvent", "calls": 1, "per_hour": 11_400, "hours": 0.0001,
                "limit_from": "default",
            }
        ],
        "binds": {"connector": "acme", "function": "triggerCustomEvent", "calls": 1, "per_hour": 11_400},
        "hours": 0.0001,
    }  # fmt: skip


def test_an_unknown_name_is_told_with_those_that_there_are(environment, run):
    environment.apply({"acme": ACME}, {"lapsed": LAPSED})

    result = run("plan", "lapse", "--records", "1")

    assert result.exit_code == 2
    assert result.stderr == (
        'Error: there is no source or destination "lapse"; there are sources: none; destinations: lapsed\n'
    )


def test_a_number_of_records_must_be_given(environment, run):
    for words in (["lapsed"], ["lapsed", "--records", "0"]):
        assert run("plan", *words).exit_code == 2
